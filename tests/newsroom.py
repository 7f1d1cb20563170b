"""Twelve invented Vietnamese articles of 150 to 250 syllables: persons, places, companies and events do not exist.

And what papers do to them.
"""

import random
import re

FLOOD = """Hà Lâm: Mưa lớn làm ngập 1.340 ngôi nhà
Sáng 3/5, mưa lớn kéo dài suốt sáu giờ đã làm ngập ba tuyến phố ở thị xã Hà Lâm, 12 người bị thương, giao thông tê liệt.
Ông Phạm Phú Khiêm, Phó Chủ tịch UBND thị xã Hà Lâm, cho biết 1.340 ngôi nhà bị nước tràn vào, thiệt hại ban đầu gần \
88 tỷ đồng. Nước sông Trà Nâu lên nhanh hơn dự báo, vượt mức báo động ba 0,6 m.
Tại phường Trà Nâu, bà Lê Thị Mận kể: “Nước vào nhà lúc nửa đêm, cả xóm phải leo lên gác”. Bộ đội đã đưa 215 hộ dân \
đến trường học để tránh lũ.
Theo Đài Khí tượng tỉnh Hoà Sơn, mưa còn kéo dài đến hết ngày 5/5, lượng mưa phổ biến 120-180 mm, có nơi trên 250 mm. \
Công ty Cấp nước Hà Lâm đã ngừng cấp nước ở sáu khu phố.
Minh Khuê"""

CRASH = """Xe tải đâm xe khách trong đêm
Khoảng 21 giờ 15 phút ngày 8/11, trên quốc lộ 1A đoạn qua xã Mai Đồng, huyện Tân Lạch đã xảy ra vụ tai nạn nghiêm \
trọng giữa xe tải và xe khách.
Xe tải biển số 66C1 – 054.53 do tài xế Đỗ Văn Sạ, 42 tuổi, điều khiển theo hướng Bắc - Nam bất ngờ lấn trái, đâm trực \
diện vào xe khách mang biển số 71H9 – 2832. Hai hành khách Lưu Văn Hợi và Kha Thị Nhài chết tại chỗ, bảy người khác \
bị thương.
Các nạn nhân được đưa đến Bệnh viện Đa khoa Tân Lạch cấp cứu. Bác sĩ Hồ Quang Thuý cho biết ba người đang trong tình \
trạng nguy kịch.
Một nhân chứng nói: “Tôi nghe tiếng động rất mạnh rồi thấy chiếc xe khách nằm chắn ngang đường”. Đến 23 giờ cùng \
ngày, lực lượng chức năng vẫn chưa thông xe, hàng trăm phương tiện bị ùn ứ hơn 3 km.
Công an huyện Tân Lạch đang điều tra nguyên nhân vụ tai nạn.
Quang Vĩnh"""

TRADE = """Thương mại hai chiều vượt 88 tỷ USD
Phát biểu tại diễn đàn doanh nghiệp chiều 25/9, Thứ trưởng Nguyễn Hải Đường cho biết kim ngạch thương mại giữa Việt \
Nam và Hoa Kỳ trong chín tháng đạt gần 88 tỷ USD, tăng 22% so với cùng kỳ năm trước.
Hoa Kỳ hiện có 1.340 dự án còn hiệu lực tại Việt Nam với tổng vốn đăng ký 11,8 tỷ USD, đứng thứ 7 trong số 80 quốc \
gia và vùng lãnh thổ đầu tư. Các mặt hàng xuất khẩu chủ lực là dệt may, đồ gỗ, điện thoại và thuỷ sản.
Bà Jane Holloway, Chủ tịch Hiệp hội Doanh nghiệp Pacific Bridge, nhận định các công ty Hoa Kỳ muốn mở rộng nhà máy ở \
miền Trung. “Chúng tôi tìm kiếm đối tác lâu dài chứ không phải nơi gia công rẻ”, bà nói.
Diễn đàn do Phòng Thương mại Hà Lâm phối hợp tổ chức, thu hút hơn 300 doanh nghiệp tham dự. Dịp này, hai bên ký năm \
biên bản ghi nhớ về năng lượng sạch, logistics và đào tạo nghề."""

COFFEE = """Giá cà phê lên mức cao nhất từ đầu vụ
Giá cà phê nhân xô tại các huyện vùng cao tỉnh Krông Mây hôm nay tăng 1.500 đồng, lên 120.000 đồng/kg, mức cao nhất \
từ đầu vụ.
Theo ông Y Bhăm Niê, Giám đốc Hợp tác xã Ea Tình, nông dân đã bán hơn 70% sản lượng nên lượng hàng còn lại không \
nhiều. Thương lái phải đặt cọc trước 20 triệu đồng mỗi tấn mới gom đủ hàng giao cho nhà máy.
Trên sàn kỳ hạn, hợp đồng giao tháng 7 đóng cửa ở 4.215 USD/tấn, tăng 2,3% so với phiên trước. Giới phân tích cho \
rằng khô hạn kéo dài khiến sản lượng niên vụ tới giảm khoảng 15%.
Chị H'Loan Kbuôr ở buôn Đrai vui mừng cho hay gia đình chị thu 3,5 tấn, trừ chi phí còn lãi gần 200 triệu đồng. Tuy \
vậy, ngành nông nghiệp khuyến cáo bà con không ồ ạt chặt tiêu, điều để trồng cà phê.
Diện tích cà phê toàn tỉnh hiện là 65.200 ha, trong đó 8.400 ha đang tái canh."""

MATCH = """Sông Lam Hạ thắng Hà Lâm 3-1 trên sân nhà
Tối 14/6, đội Sông Lam Hạ đánh bại Hà Lâm với tỷ số 3-1 ở vòng 12 giải hạng nhất quốc gia trước hơn 9.000 khán giả.
Phút 17, tiền đạo Trần Đình Bốn mở tỷ số bằng cú đánh đầu sau quả phạt góc của Vũ Khải. Hà Lâm gỡ hoà ở phút 39 nhờ \
công của ngoại binh Mateus Ferraz, nhưng hai pha phản công trong hiệp hai giúp đội chủ nhà vươn lên.
Huấn luyện viên Lưu Bá Thước nói sau trận: “Các học trò đã đá đúng đấu pháp, tôi chỉ tiếc bàn thua”. Ông cũng khen \
thủ môn 19 tuổi Ngô Sỹ Toàn, người cứu thua bốn lần.
Với kết quả này, Sông Lam Hạ có 25 điểm, tạm xếp thứ hai, kém đội đầu bảng Cửa Rồng ba điểm. Vòng tới họ làm khách \
trên sân Bình Tây vào ngày 20/6, còn Hà Lâm tiếp đón Thái Mỹ.
Ban tổ chức giải phạt Hà Lâm 15 triệu đồng vì cổ động viên đốt pháo sáng."""

TRIAL = """Lừa bán đất nền, nguyên giám đốc lãnh 12 năm tù
Ngày 17/3, Toà án nhân dân tỉnh Hoà Sơn tuyên phạt Lương Thế Cận, 51 tuổi, nguyên giám đốc Công ty Địa ốc Phú Vân, 12 \
năm tù về tội lừa đảo chiếm đoạt tài sản.
Theo cáo trạng, từ tháng 2/2018 đến tháng 9/2019, Cận tự vẽ dự án Khu dân cư Đồi Sim trên 4,2 ha đất nông nghiệp rồi \
ký hợp đồng với 86 khách hàng, thu về 47 tỷ đồng. Số tiền này bị cáo dùng để trả nợ và mua ba ô tô.
Tại toà, bị cáo thừa nhận hành vi, xin giảm nhẹ hình phạt vì đã khắc phục 5 tỷ đồng. Nhiều bị hại bật khóc. Bà Tạ Thị \
Ngát nói: “Tôi bán cả vườn cam mới đủ tiền đặt cọc, giờ trắng tay”.
Hội đồng xét xử nhận định hành vi của bị cáo gây mất trật tự ở địa phương, cần xử nghiêm. Ngoài án tù, Cận phải bồi \
thường số tiền còn lại cho các bị hại. Kế toán trưởng Phùng Thị Lý bị phạt 3 năm tù nhưng cho hưởng án treo.
Thanh Bình"""

EXAM = """Hơn 21.400 thí sinh Hoà Sơn bước vào kỳ thi lớp 10
Sáng 6/6, hơn 21.400 thí sinh tỉnh Hoà Sơn làm bài thi môn ngữ văn, mở đầu kỳ thi tuyển sinh vào lớp 10 công lập.
Sở Giáo dục Hoà Sơn bố trí 48 điểm thi với 912 phòng, huy động gần 3.000 cán bộ, giáo viên coi thi. Tỷ lệ chọi năm \
nay là 1,7, cao hơn năm ngoái, trong đó Trường THPT Nguyễn Hiền Lương có tỷ lệ cao nhất.
Bà Đinh Thị Khoẻ, Phó Giám đốc Sở, cho biết buổi thi đầu tiên diễn ra an toàn, có 37 thí sinh vắng mặt và một em bị \
đình chỉ vì mang điện thoại vào phòng thi. “Đề thi bám sát chương trình, có tính phân hoá”, bà nói.
Em Bùi Gia Mẫn, học sinh Trường THCS Đồng Ké, nhận xét câu nghị luận xã hội gần gũi với đời sống nên viết khá thoải \
mái. Chiều nay, thí sinh thi ngoại ngữ trong 60 phút. Sáng mai là môn toán.
Kết quả dự kiến công bố trước ngày 25/6."""

HOSPITAL = """Cứu sống bé trai bị rắn cắn
Bệnh viện Nhi Đồng Cửu Phong vừa cứu sống bé trai Thạch Sô Rin, 7 tuổi, ngụ xã Giồng Dừa, bị rắn chàm quạp cắn vào \
bàn chân trái khi đang hái rau sau nhà.
Bác sĩ Mạc Như Ý, Trưởng khoa Hồi sức, kể bé nhập viện lúc 19 giờ ngày 2/8 trong tình trạng lơ mơ, chảy máu không \
cầm, huyết áp tụt. Ê kíp truyền 16 lọ huyết thanh kháng nọc cùng 4 đơn vị máu, cho thở máy suốt ba ngày.
Sau hai tuần điều trị, bé tỉnh táo, ăn uống được, vết thương khô và có thể tự đi lại. Gia đình thuộc diện hộ nghèo \
nên bệnh viện hỗ trợ toàn bộ viện phí hơn 96 triệu đồng.
Từ đầu năm đến nay, nơi đây tiếp nhận 53 trẻ bị rắn độc cắn, tăng gần gấp đôi cùng kỳ. Các bác sĩ khuyên người dân \
phát quang bụi rậm quanh nhà, không rạch vết cắn, không đắp lá thuốc mà nhanh chóng đưa nạn nhân đến cơ sở y tế."""

FIRE = """Cháy chợ Bến Gỗ giữa đêm, thiêu rụi 64 ki ốt
Khoảng 1h30 ngày 19/1, lửa bùng lên từ dãy hàng vải ở chợ Bến Gỗ, thành phố Lộc Hải rồi lan nhanh sang khu bán đồ \
nhựa. Tiểu thương hô hoán, dùng bình chữa cháy mini dập lửa nhưng bất thành.
Công an tỉnh điều 11 xe chữa cháy cùng 90 cán bộ, chiến sĩ đến hiện trường. Đến 4h30 đám cháy được khống chế, không \
có thiệt hại về người. Tuy nhiên 64 ki ốt bị thiêu rụi, ước tính thiệt hại 30 tỷ đồng.
Chị Võ Thị Tư Hồng, chủ sạp vải, nghẹn ngào: “Hàng Tết vừa nhập về hơn 400 triệu, giờ thành tro”. Ông Châu Văn Diệp, \
Trưởng ban quản lý chợ, cho hay hệ thống điện của chợ đã xuống cấp, dự kiến thay mới trong quý II.
Chủ tịch UBND thành phố Lộc Hải yêu cầu hỗ trợ mỗi hộ 10 triệu đồng và bố trí chỗ bán tạm ở sân vận động. Nguyên nhân \
vụ cháy đang được làm rõ.
(Ảnh: Trần Mẫn)"""

STORM = """Bão số 4 giật cấp 12, cách Hòn Yến 320 km
Hồi 4 giờ sáng 27/9, tâm bão số 4 cách đảo Hòn Yến khoảng 320 km về phía đông, sức gió mạnh nhất cấp 10, giật cấp 12.
Dự báo trong 24 giờ tới, bão di chuyển theo hướng tây tây bắc, mỗi giờ đi được 15-20 km và còn có khả năng mạnh thêm. \
Vùng biển ngoài khơi có sóng cao 5-7 m, biển động dữ dội.
Ban chỉ huy phòng chống thiên tai tỉnh Lộc Hải đã kêu gọi 2.150 tàu cá với 12.600 ngư dân vào nơi tránh trú, cấm biển \
từ 12 giờ trưa. Bốn huyện ven biển chuẩn bị sơ tán 18.000 dân trước 17 giờ chiều nay.
Ông Trịnh Công Hoạch, chủ tàu LH 92117, cho biết tàu của ông vừa cập cảng Cồn Sỏi sau hai ngày chạy bão. “Chuyến này \
lỗ gần trăm triệu tiền dầu, nhưng còn người là còn của”, ông nói.
Học sinh toàn tỉnh được nghỉ học từ chiều 27/9. Ngành điện dự trữ 60 máy phát, ngành y tế lập 24 đội cấp cứu lưu \
động."""

BRIDGE = """Khởi công cầu Vàm Trâu nối hai bờ sông Hậu Nước
Ngày 10/12, Bộ Giao thông vận tải phối hợp với tỉnh Cửu Phong khởi công cầu Vàm Trâu bắc qua sông Hậu Nước, tổng mức \
đầu tư 5.430 tỷ đồng từ vốn ngân sách.
Cầu dài 2,9 km, rộng 24,5 m với bốn làn xe, tốc độ thiết kế 80 km/h, do liên danh Trường Lộc - Hải Vân Xanh thi công \
trong 36 tháng. Khi hoàn thành, cầu thay thế phà Vàm Trâu đã hoạt động hơn nửa thế kỷ.
Ông Kiều Đắc Nghĩa, Giám đốc Ban quản lý dự án 9, cho biết mặt bằng đã bàn giao được 92%, còn 31 hộ dân ở cồn Ông \
chưa đồng thuận giá đền bù. Địa phương cam kết giải quyết xong trước Tết.
Mỗi ngày phà Vàm Trâu chở khoảng 14.000 lượt khách, dịp lễ thường ùn tắc từ hai đến ba giờ. Anh Sơn Thanh Vũ, tài xế \
chở trái cây, chia sẻ: “Có cầu rồi, xe dưa hấu của tôi lên thành phố nhanh hơn cả tiếng đồng hồ”."""

BOAT = """Cứu 11 ngư dân trôi dạt gần Đá Nhạn
Chiều 22/4, tàu tuần tra 4038 của Hải đoàn Biên phòng Lộc Hải đưa 11 ngư dân gặp nạn gần bãi Đá Nhạn về cảng Cồn Sỏi \
an toàn.
Trước đó, tàu cá LH 90355 do ông Tống Văn Kình làm thuyền trưởng bị sóng đánh vỡ mạn khi đang câu mực cách bờ 145 hải \
lý. Tàu chìm sau 40 phút, các thuyền viên mặc áo phao bám vào hai chiếc thúng trôi dạt suốt 30 giờ.
Thuyền trưởng Kình nói: “Chúng tôi chia nhau từng nắm gạo sống, hứng nước mưa để uống”. Một tàu hàng treo cờ Panama \
phát hiện, vớt họ lên rồi báo cho trung tâm cứu nạn.
Đại uý Hà Trọng Nhẫn cho biết sức khoẻ các ngư dân đã ổn định, riêng anh Phan Lành bị gãy tay phải. Con tàu bị chìm \
trị giá hơn 2 tỷ đồng, chưa mua bảo hiểm. Hội Nghề cá tỉnh trao hỗ trợ ban đầu 5 triệu đồng cho mỗi gia đình."""

ALIEN = """Đoàn xiếc Mặt Trăng vừa mang đàn voi, khỉ đuôi dài đến biểu diễn ở quảng trường thị trấn Suối Vàng.
Nghệ sĩ Lò Pành đi thăng bằng trên dây thép căng giữa trời không cần lưới bảo hiểm khiến khán giả nín thở.
Vé hạng nhất bán 150.000 đồng, trẻ em được miễn phí, toàn bộ doanh thu dành xây thư viện bản Nà Khoang.
Chú hề Bửu Chẩy tung hứng quả cầu thuỷ tinh, nhạc công Sùng A Páo thổi kèn saxophone, khán đài hò reo không ngớt.
Đêm diễn khép lại bằng màn pháo hoa giấy, ảo thuật gia Kim Thoa làm biến mất chiếc tủ gương rồi tặng hoa hồng cho \
khán giả.
Đoàn xiếc sẽ lưu diễn ở cao nguyên Tà Phình, sau đó sang Viêng Chăn dự liên hoan xiếc quốc tế mùa thu."""

ARTICLES = {
    "flood": FLOOD, "crash": CRASH, "trade": TRADE, "coffee": COFFEE, "match": MATCH, "trial": TRIAL, "exam": EXAM,
    "hospital": HOSPITAL, "fire": FIRE, "storm": STORM, "bridge": BRIDGE, "boat": BOAT,
}  # fmt: skip


def edit(rng, text):
    """Another version: a sentence less, one more, another number, another order of paragraphs, some of these."""
    lines = text.split("\n")
    if rng.random() < 0.6:
        i = rng.randrange(1, len(lines))
        lines[i] = re.sub(r"(?<=[.”] )[^.]*\.", "", lines[i], count=1)
    if rng.random() < 0.6:
        other = rng.choice(list(ARTICLES.values())).split("\n")
        lines.insert(rng.randrange(1, len(lines)), rng.choice(other[1:-1]))
    if rng.random() < 0.6:
        i = rng.randrange(len(lines))
        lines[i] = re.sub(r"\d+", lambda m: str(int(m[0]) + 3), lines[i], count=1)
    if rng.random() < 0.5:
        rng.shuffle(lines)
    if rng.random() < 0.5:
        words = lines[-1].split()
        lines[-1] = " ".join(word for word in words if rng.random() < 0.8)
    return "\n".join(lines)


def versions(seed):
    """Two versions of one of the articles."""
    rng = random.Random(seed)
    text = rng.choice(list(ARTICLES.values()))
    return edit(rng, text), edit(rng, text)


def moved(rng, text):
    """The text with its lines in another order."""
    lines = text.split("\n")
    rng.shuffle(lines)
    return "\n".join(lines)
