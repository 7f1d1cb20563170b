"""Finds the related articles of examples/articles, and shows what the strongest pair has in common."""

from pathlib import Path

import dedup

folder = Path(__file__).parent / "articles"
result = dedup.scan(dedup.read(folder))
print(result, result.counts)

for match in result.matches:
    print(f"{match.containment:4.0%}  {match.relation:9}  {match.a}  ~  {match.b}")

best = max(result.matches, key=lambda match: (match.relation == "edited", match.longest_passage))
passage = max(best.passages, key=lambda passage: passage.syllables)
text = result.article(best.a).text
print(f"\n{best.a} and {best.b} share {len(best.passages)} passages; the longest has {passage.syllables} syllables:")
print(text[passage.a_start : passage.a_end][:300])

old = "Sáng 3/5, mưa lớn làm ngập ba tuyến phố ở thị xã Hà Lâm, hàng trăm xe chết máy giữa đường."
new = "Sáng 3/5, mưa lớn làm ngập năm tuyến phố ở thị xã Hà Lâm, hàng trăm xe chết máy giữa đường."
print(f"\n{dedup.compare(old, new)}")

found = dedup.diff(result.article("ha-lam-hoa-ky-1-trang-web.txt"), result.article("ha-lam-hoa-ky-2-bien-tap.txt"))
print(f"\n{found.b} adds to {', '.join(found.a)}:")
for fact in found.added:
    print(f"+ {fact.kind:9}  {fact.text}")
