
"use strict";
// One story of the report of a scan: its articles, who made which from which as a picture, its texts. `page` has what
// scan.js has, too: make, say, words, sources, relations, evidence and the places of an article's fields.
const storyDrawer = ({ make, say, words, sources, relations, evidence, fields }) => {
  const { ID, TITLE, SOURCE, TIME, SHOWN, ADDRESS, RELATION, ORIGIN, EVIDENCE, ROUND_UP, STANDS } = fields;
  const [CREDIT, SHARE, LONGEST, CERTAIN, SAME_AS] = Array(5).keys(); // of a member

  const titleOf = (article) => article[TITLE] || words.untitled;
  const nameOf = (articles, place) => `${place + 1} · ${sources[articles[place][SOURCE]] || articles[place][ID]}`;
  const section = (kind, heading, ...content) => make("section", kind, make("h2", "", heading), ...content);
  const joined = (parts, mark) => parts.flatMap((part, i) => (i ? [mark, part] : [part]));
  const chip = (kind, text) => make("span", `chip r-${kind}`, text);
  const own = (kind, html) => { // HTML that was made, and escaped, where the page was
    const element = make("div", kind);
    element.innerHTML = html;
    return element;
  };

  // --------------------------------------------------------------------------------------------- the articles
  const reason = (article, member) => {
    if (article[RELATION] < 0) return [chip("anchor", words.opens)];
    const [name, text] = relations[article[RELATION]];
    const parts = [];
    if (article[ROUND_UP]) parts.push(words.roundUp);
    if (name === "same_story") parts.push(words.event);
    else if (member[SHARE]) parts.push(say("shareOf", member[SHARE]), say("longest", say("syllables", member[LONGEST])));
    if (!member[CERTAIN]) parts.push(chip("doubt", words.uncertain));
    return joined([chip(name === "unclear" ? "none" : name, text), ...parts], " · ");
  };

  const entry = (article, member, place, isFirst) => {
    const paper = sources[article[SOURCE]] || words.unknownPaper;
    const about = [make("b", "", make("bdi", "", paper)), article[SHOWN] || words.unknownTime];
    if (member[CREDIT]) about.push(say("credit", member[CREDIT]));
    if (article[ADDRESS]) { // of http or https, as the page was made
      const link = make("a", "out", words.open);
      link.href = article[ADDRESS];
      link.rel = "noopener noreferrer";
      link.target = "_blank";
      link.setAttribute("aria-label", `${words.open}: ${place + 1} · ${paper}`);
      about.push(link);
    }
    about.push(make("span", "id", article[ID]));
    if (isFirst) about.push(make("span", "badge", words.earliest));
    if (article[STANDS]) about.push(make("span", "badge", words.standsFor));
    return make("li", "", make("span", "no", String(place + 1)), make("div", "",
      make("p", "title", make("bdi", "", titleOf(article))),
      make("p", "byline", ...joined(about, " · ")),
      make("p", "how", ...reason(article, member))));
  };

  const together = ({ articles, size }, { members, first, longest }) => {
    const anchor = nameOf(articles, articles.findIndex((a) => a[RELATION] < 0));
    const said = longest ? say("whySaid", anchor, say("syllables", longest)) : say("whyEvent", anchor);
    const list = make("ol", "members", ...articles.map((a, i) => entry(a, members[i], i, i === first)));
    list.setAttribute("role", "list");
    const parts = [make("p", "note", said), list];
    if (size > articles.length) parts.push(make("p", "note", say("membersCut", size - articles.length)));
    return section("", words.why, ...parts);
  };

  // ---------------------------------------------------------------------------------------------- the picture
  const ROW = 68, BOX = 44, LABEL = 20, STEP = 26, MARGIN = 46, WIDTH = 306; // pixels
  const DEEPEST = 8, MOST = 60; // steps to the right, articles that are drawn
  const svg = (name, attributes, ...content) => {
    const element = document.createElementNS("http://www.w3.org/2000/svg", name);
    for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
    element.append(...content);
    return element;
  };
  const fit = (text, longest) => (text.length > longest ? `${text.slice(0, longest - 1).trimEnd()}…` : text);

  // [place, depth, row of its parent] of each article: behind the one that it was made from.
  const order = (articles) => {
    const place = new Map(articles.map((a, i) => [a[ID], i]));
    const children = articles.map(() => []);
    const roots = [];
    articles.forEach((a, i) => (place.has(a[ORIGIN]) ? children[place.get(a[ORIGIN])] : roots).push(i));
    const rows = [];
    const waiting = roots.map((i) => [i, 0, -1]).reverse();
    while (waiting.length) {
      const [i, depth, parent] = waiting.pop();
      rows.push([i, depth, parent]);
      for (const child of children[i].reverse()) waiting.push([child, depth + 1, rows.length - 1]);
    }
    return rows;
  };

  const node = (articles, [place, depth, parent], row, rows, first) => {
    const article = articles[place];
    const corner = (r, d) => [MARGIN + STEP * Math.min(d, DEEPEST), ROW * r + LABEL];
    const [x, y] = corner(row, depth);
    const middle = y + BOX / 2;
    const parts = [];
    let said = place === first ? words.earliest : article[ROUND_UP] ? words.roundUp : words.unknown;
    if (parent >= 0) {
      const [left, top] = corner(parent, rows[parent][1]);
      said = evidence[article[EVIDENCE]];
      parts.push(svg("path", { d: `M${left + 12} ${top + BOX}V${middle}H${x - 1}`, class: "arrow", "marker-end": "url(#tip)" }));
    } else if (place !== first) {
      parts.push(svg("path", { d: `M18 ${middle}H${x - 1}`, class: "arrow maybe", "marker-end": "url(#tip)" }),
        svg("text", { x: 9, y: middle + 5, class: "ask" }, "?"));
    }
    const hour = article[SHOWN] || words.unknownTime;
    parts.push(
      svg("text", { x: x + 6, y: y - 6, class: "evidence" }, said),
      svg("rect", { x, y, width: WIDTH, height: BOX, rx: 5, class: article[RELATION] < 0 ? "box origin" : "box" }),
      svg("svg", { x: x + 9, y, width: WIDTH - 14, height: BOX }, // which cuts what is too wide all the same
        svg("text", { y: 18 }, svg("tspan", { class: "name" }, fit(nameOf(articles, place), 37 - hour.length)), ` · ${hour}`),
        svg("text", { y: 35, class: "title" }, fit(titleOf(article), 44))),
    );
    return svg("g", {}, svg("title", {}, titleOf(article)), ...parts);
  };

  const heard = (articles, [place], first) => {
    const article = articles[place];
    const name = nameOf(articles, place);
    if (!article[ORIGIN]) return say(place === first ? "descentFirst" : "descentUnknown", name);
    const origin = articles.findIndex((a) => a[ID] === article[ORIGIN]);
    return say("descentFrom", name, origin < 0 ? article[ORIGIN] : nameOf(articles, origin), evidence[article[EVIDENCE]]);
  };

  const descent = ({ articles }, { first }) => {
    if (!articles.some((a) => a[TIME] || sources[a[SOURCE]])) {
      return section("descent", words.descent, make("p", "note", words.descentNone));
    }
    const rows = order(articles).slice(0, MOST);
    const depth = Math.min(DEEPEST, Math.max(...rows.map((row) => row[1])));
    const tip = svg("marker", { id: "tip", viewBox: "0 0 9 9", refX: 8, refY: 4.5, markerWidth: 8, markerHeight: 8, orient: "auto" },
      svg("path", { d: "M0 0L9 4.5L0 9z" }));
    const picture = svg("svg", { width: MARGIN + 4 + STEP * depth + WIDTH, height: ROW * rows.length, "aria-hidden": "true" },
      svg("defs", {}, tip), ...rows.map((row, n) => node(articles, row, n, rows, first)));
    const box = make("div", "tree", picture);
    box.tabIndex = 0; // it may be wider than the screen
    box.setAttribute("role", "group");
    box.setAttribute("aria-label", words.descent);
    return section("descent", words.descent, make("p", "note", words.descentSaid), box,
      make("ul", "vh", ...rows.map((row) => make("li", "", heard(articles, row, first)))));
  };

  // ------------------------------------------------------------------------------------------------ the texts
  // A text with the passages that it has in common with others.
  const body = ([, text, passages, below]) => {
    const points = [...text]; // places count code points
    const element = make("div", "body");
    element.lang = "vi";
    let line = null;
    const put = (run, dark) => run.split(/[\n-\r\x85\u2028\u2029]+/).forEach((part, i) => {
      if (i || !line) line = make("p");
      if (!part.trim()) return;
      if (!line.parentNode) element.append(line);
      line.append(dark ? make("mark", `copied c${dark}`, make("span", "vh", words.copied), part, make("span", "vh", words.copiedEnd)) : part);
    });
    let at = 0;
    for (const [start, end, holders] of passages) {
      put(points.slice(at, start).join(""), 0);
      put(points.slice(start, end).join(""), Math.min(holders, 4));
      at = end;
    }
    put(points.slice(at).join(""), 0);
    if (below) element.append(make("p", "note", below));
    return element;
  };

  const texts = ({ articles }, packed) => {
    const copies = packed.texts.map((text, n) => {
      const details = make("details", "copy", make("summary", "names", make("bdi", "", nameOf(articles, text[0]))), body(text));
      details.open = n < 2;
      return details;
    });
    const same = packed.members.flatMap((member, i) => (member[SAME_AS] === null ? []
      : [make("li", "", `${nameOf(articles, i)}: ${say("sameWords", nameOf(articles, member[SAME_AS]))}`)]));
    const parts = [make("p", "note", words.textsSaid), make("div", "copies", ...copies)];
    if (same.length) parts.push(make("ul", "note", ...same));
    return section("", words.texts, ...parts);
  };

  return (story, packed) => [
    make("div", "beside", together(story, packed), descent(story, packed)),
    section("", words.facts, own("", packed.compared)),
    texts(story, packed),
    own("", packed.related),
  ];
};
