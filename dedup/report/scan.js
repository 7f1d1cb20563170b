
"use strict";
// The list of stories, drawn as one scrolls; a story and its diffs, put into the page when they are opened.
(() => {
  const $ = (id) => document.getElementById(id);
  const read = (id) => JSON.parse($(id).textContent);
  const { stories, sources, relations, evidence, words } = read("index");
  const ROWS = 40; // drawn at a time
  const NAMES = ["ID", "TITLE", "SOURCE", "TIME", "SHOWN", "ADDRESS", "RELATION", "ORIGIN", "EVIDENCE", "ROUND_UP", "STANDS"];
  const fields = Object.fromEntries(NAMES.map((name, place) => [name, place])); // of an article
  const { ID, TITLE, SOURCE, TIME, SHOWN, ADDRESS, RELATION, ORIGIN, EVIDENCE, ROUND_UP, STANDS } = fields;
  const number = new Intl.NumberFormat(document.documentElement.lang);
  const title = document.title;

  const say = (key, ...values) => {
    const forms = words[key].split("|");
    const text = forms[values[0] === 1 ? 0 : forms.length - 1];
    return text.replace(/\{(\d)\}/g, (_, n) => (typeof values[n] === "number" ? number.format(values[n]) : values[n]));
  };
  const make = (name, kind, ...content) => {
    const element = document.createElement(name);
    if (kind) element.className = kind;
    element.append(...content);
    return element;
  };

  const drawStory = storyDrawer({ make, say, words, sources, relations, evidence, fields });

  // Letters without marks, words parted by one blank, lines kept: what is sought and where are written the same.
  const fold = (text) => text.normalize("NFD").replace(/[\u0300-\u036f]+/g, "").toLowerCase().replace(/[đð]/g, "d")
    .replace(/[^\p{L}\p{N}\n]+/gu, " ");

  const all = stories.map(([id, headline, lead, size, added, changed, isWhole, articles], place) => {
    const times = articles.map((a) => a[TIME]).filter(Boolean).sort();
    const first = times.length ? articles.find((a) => a[TIME] === times[0])[SHOWN] : "";
    const papers = new Set(articles.map((a) => sources[a[SOURCE]]).filter(Boolean));
    const kinds = new Set(articles.filter((a) => a[RELATION] >= 0).map((a) => relations[a[RELATION]][0]));
    return { id, headline, lead, size, added, changed, isWhole, articles, place, times, first, papers, kinds, key: null };
  });
  let folded = 0; // stories that have their key; made ahead in parts, as many at once as take some milliseconds
  const foldUntil = (end) => {
    const part = all.slice(folded, end);
    const lines = part.map((story) => [...new Set([story.headline, story.lead, ...story.papers,
      ...story.articles.flatMap((a) => [a[TITLE], a[ID]])])].join(" ").replace(/\n/g, " "));
    fold(lines.join("\n")).split("\n").forEach((key, i) => { part[i].key = ` ${key} `; });
    folded = end;
  };
  const byId = new Map(all.map((story) => [story.id, story]));

  // ------------------------------------------------------------------------------------------------------ the list
  let shown = all; // the stories that pass the filter, in order
  let drawn = 0;

  const news = (story) => (story.added === null ? -1 : story.added + story.changed);
  const latest = (story) => story.times[0] || "";
  const ORDERS = {
    size: () => 0, // the order in which they come
    new: (a, b) => (latest(a) < latest(b) ? 1 : latest(a) > latest(b) ? -1 : 0),
    old: (a, b) => ((latest(a) || "~") < (latest(b) || "~") ? -1 : (latest(a) || "~") > (latest(b) || "~") ? 1 : 0),
    news: (a, b) => news(b) - news(a),
  };

  const matcher = (query) => {
    const sought = fold(query).trim();
    if (!sought) return null;
    if (folded < all.length) foldUntil(all.length);
    if (/^["“]/.test(query.trim())) return (story) => story.key.includes(` ${sought}`);
    const whole = sought.split(/\s+/);
    const last = whole.pop(); // perhaps not yet typed to its end
    return (story) => story.key.includes(` ${last}`) && whole.every((word) => story.key.includes(` ${word} `));
  };

  const filter = () => {
    const [query, relation, source, from, to] = ["search", "relation", "source", "from", "to"].map((id) => $(id).value);
    const matches = matcher(query);
    const paper = source === "" ? null : sources[source];
    const isWithin = (time) => (!from || time.slice(0, 10) >= from) && (!to || time.slice(0, 10) <= to);
    shown = all.filter((story) =>
      (!relation || story.kinds.has(relation))
      && (paper === null || (paper === "" ? story.articles.some((a) => !sources[a[SOURCE]]) : story.papers.has(paper)))
      && (!(from || to) || story.times.some(isWithin))
      && (!matches || matches(story)));
    shown = shown.slice().sort((a, b) => ORDERS[$("sort").value](a, b) || a.place - b.place);
    $("reset").hidden = !(query || relation || source || from || to);
    $("csv").disabled = !shown.length;
    $("found").textContent = !shown.length ? say("none")
      : shown.length === all.length ? say("all", all.length) : say("found", shown.length, all.length);
    $("stories").replaceChildren();
    drawn = 0;
    draw();
  };

  const draw = () => {
    $("stories").append(...shown.slice(drawn, drawn + ROWS).map(row));
    drawn = Math.min(drawn + ROWS, shown.length);
    watch.unobserve($("more")); // it tells of changes alone, and the end may still be in sight
    if (drawn < shown.length) watch.observe($("more"));
  };
  const watch = new IntersectionObserver((entries) => {
    if (entries.some((entry) => entry.isIntersecting)) draw();
  }, { rootMargin: "800px" });

  const addressOf = (story) => `#story=${encodeURIComponent(story.id)}`;

  // What a story is, in a line: so many articles of so many papers, since when, how they belong together, what is new.
  const account = (story) => {
    const line = [say("articles", story.size)];
    const isKnown = story.articles.every((a) => sources[a[SOURCE]]);
    if (story.papers.size) line.push((isKnown ? "" : words.least) + say("papers", story.papers.size));
    if (story.first) line.push(story.first);
    const parts = [make("span", "", line.join(" · "))];
    relations.forEach(([name], n) => {
      const of = story.articles.filter((a) => a[RELATION] === n && !a[ROUND_UP]).length;
      if (of) parts.push(make("span", `chip r-${name === "unclear" ? "none" : name}`, say(name, of)));
    });
    const roundUps = story.articles.filter((a) => a[ROUND_UP]).length;
    if (roundUps) parts.push(make("span", "chip r-none", say("round_ups", roundUps)));
    if (story.added !== null) {
      const least = story.isWhole ? "" : words.least;
      if (story.added) parts.push(make("span", "news added", least + say("details", story.added)));
      if (story.changed) parts.push(make("span", "news changed", least + say("changes", story.changed)));
      if (!news(story)) parts.push(make("span", "note", say("nothing")));
    } else if (story.kinds.has("edited")) {
      parts.push(make("span", "note", say("notCompared")));
    }
    return parts;
  };

  const row = (story) => {
    const link = make("a", "", story.headline || say("untitled"));
    link.href = addressOf(story);
    const item = make("li", "", make("h3", "", link));
    if (story.lead) item.append(make("p", "lead", story.lead));
    item.append(make("p", "meta", ...account(story)));
    return item;
  };

  // ------------------------------------------------------------------------------------------------------- CSV
  const cell = (value) => {
    const text = String(value ?? "");
    const safe = /^[=+\-@\t\r]/.test(text) ? `'${text}` : text; // a spreadsheet takes such a cell for a formula
    return /[",\r\n]/.test(safe) ? `"${safe.replace(/"/g, '""')}"` : safe;
  };
  const download = () => {
    const lines = [["story", "id", "title", "source", "published", "url", "relation", "derived_from", "evidence",
      "representative", "facts_added", "facts_changed"]];
    for (const { id, articles, added, changed } of shown) {
      for (const a of articles) {
        lines.push([id, a[ID], a[TITLE], sources[a[SOURCE]], a[TIME], a[ADDRESS], a[RELATION] < 0 ? "" : relations[a[RELATION]][0],
          a[ORIGIN], a[EVIDENCE], Boolean(a[STANDS]), added, changed]);
      }
    }
    const text = lines.map((line) => line.map(cell).join(",") + "\r\n").join("");
    const link = make("a");
    link.href = URL.createObjectURL(new Blob(["\ufeff", text], { type: "text/csv" }));
    link.download = words.csvName;
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 60000);
  };

  // --------------------------------------------------------------------------------------------------- one story
  let open = null;
  let scrolled = 0;
  let isFirst = true; // no diff has been shown so far

  const fill = (details) => {
    const holder = $(details.dataset.diff);
    if (!details.open || holder.childElementCount) return;
    holder.innerHTML = read(`data-${details.dataset.diff}`);
    for (const legend of holder.querySelectorAll(".legend")) legend.open = isFirst; // it need not be read again
    isFirst = false;
    holder.dispatchEvent(new CustomEvent("diff", { bubbles: true }));
  };

  const show = (story) => {
    if (open === story) return;
    if (open === null) scrolled = scrollY;
    open = story;
    const view = $("story");
    $("story-title").textContent = story.headline || say("untitled");
    view.querySelector(".meta").replaceChildren(...account(story));
    view.querySelector(".content").replaceChildren(...drawStory(story, read(`story-${story.place}`)));
    const at = shown.indexOf(story);
    for (const [name, other] of [["previous", at < 0 ? null : shown[at - 1]], ["next", at < 0 ? null : shown[at + 1]]]) {
      const link = view.querySelector(`.${name}`);
      if (other) link.href = addressOf(other);
      else link.removeAttribute("href");
    }
    for (const details of view.querySelectorAll("details[data-diff]")) {
      details.addEventListener("toggle", () => fill(details));
    }
    const first = view.querySelector("details[data-diff]");
    if (first) {
      first.open = true;
      fill(first);
    }
    $("all").hidden = $("head").hidden = true;
    view.hidden = false;
    document.title = $("story-title").textContent;
    scrollTo({ top: 0, behavior: "instant" });
    $("story-title").focus({ preventScroll: true });
  };

  const leave = () => {
    if (open === null) return;
    const left = addressOf(open);
    open = null;
    $("story").hidden = true;
    $("story").querySelector(".content").replaceChildren();
    $("all").hidden = $("head").hidden = false;
    document.title = title;
    scrollTo({ top: scrolled, behavior: "instant" });
    const link = [...$("stories").querySelectorAll("h3 a")].find((a) => a.hash === left);
    if (link) link.focus({ preventScroll: true });
  };

  // The address says which story is open: #story=ID, or a place within it.
  const follow = () => {
    const [, id] = /^#story=(.*)$/s.exec(location.hash) || [];
    const [, place, diff] = /^#s(\d+)(d\d+)?\b/.exec(location.hash) || [];
    let story = null;
    try {
      story = id === undefined ? all[place] : byId.get(decodeURIComponent(id));
    } catch { /* no address of ours */ }
    if (!story) return leave();
    show(story);
    if (place === undefined) return;
    const details = diff && $("story").querySelector(`[data-diff="s${place}${diff}"]`);
    if (details) {
      details.open = true;
      fill(details);
    }
    const target = $(location.hash.slice(1));
    if (target) target.scrollIntoView({ block: "center" });
  };

  addEventListener("hashchange", follow);
  if (all.length) {
    const uses = new Map();
    for (const story of all) {
      for (const paper of new Set(story.articles.map((a) => a[SOURCE]))) uses.set(paper, (uses.get(paper) || 0) + 1);
    }
    for (const [n, of] of [...uses].sort((a, b) => b[1] - a[1] || a[0] - b[0])) {
      $("source").append(new Option(`${sources[n] || words.unknownSource} (${number.format(of)})`, n));
    }
    for (const [name, text] of relations) {
      const of = all.filter((story) => story.kinds.has(name)).length;
      if (of) $("relation").append(new Option(`${text} (${number.format(of)})`, name));
    }
    const tools = document.querySelector(".tools");
    tools.addEventListener("input", filter);
    tools.addEventListener("submit", (event) => event.preventDefault());
    $("reset").addEventListener("click", () => {
      for (const id of ["search", "relation", "source", "from", "to"]) $(id).value = "";
      filter();
      $("search").focus();
    });
    $("csv").addEventListener("click", download);
    filter();
    const later = window.requestIdleCallback || setTimeout;
    const ahead = () => {
      if (folded < all.length) {
        foldUntil(Math.min(folded + 250, all.length));
        later(ahead);
      }
    };
    later(ahead);
  }
  follow();
})();
