
"use strict";
// Shows the counterpart of a shared sentence or of a changed value. The page reads without this script as well.
(() => {
  const root = document.documentElement;
  root.classList.add("js");
  let origin = null; // the link that the keyboard came from
  let shown = null; // the id whose counterpart is shown

  const pieces = (id) => [...document.querySelectorAll(`[data-of="${CSS.escape(id)}"]`)];
  const versionOf = (element) => element.closest(".version");

  // The words of a sentence or value, without numbers and without what is only heard.
  const words = (id) => pieces(id).map((piece) => {
    const copy = piece.cloneNode(true);
    copy.querySelectorAll(".vh, .n").forEach((extra) => extra.remove());
    return copy.textContent;
  }).join(" ");

  const reveal = (element) => {
    const version = element && element.closest(".others > .version");
    const select = version && version.parentElement.querySelector("select");
    if (select && version.hidden) choose(select, version.id);
  };
  const choose = (select, id) => {
    select.value = id;
    for (const version of select.closest(".others").querySelectorAll(":scope > .version")) version.hidden = version.id !== id;
  };

  const leave = (isByKeyboard) => {
    if (shown === null) return;
    shown = null;
    document.querySelectorAll(".lit").forEach((element) => element.classList.remove("lit"));
    document.querySelectorAll(".text").forEach((text) => { text.style.transform = ""; });
    for (const panel of document.querySelectorAll(".panel.is-open")) {
      if (isByKeyboard && origin && panel.contains(document.activeElement)) origin.focus();
      panel.classList.remove("is-open");
      panel.querySelector(".said").replaceChildren();
    }
    root.classList.remove("has-panel");
  };

  // Moves the other column so that the counterpart stands where the eye is, if it is out of sight.
  const bring = (from, to) => {
    const [here, there] = [from.getBoundingClientRect(), to.getBoundingClientRect()];
    const panel = to.closest(".diff").querySelector(".panel").getBoundingClientRect();
    const isBeside = Math.abs(versionOf(from).getBoundingClientRect().left - versionOf(to).getBoundingClientRect().left) > 40;
    if (isBeside && (there.top < 0 || there.bottom > panel.top)) {
      to.closest(".text").style.transform = `translateY(${here.top - there.top}px)`;
    }
  };

  const say = (panel, source, twins, isByKeyboard) => {
    const said = panel.querySelector(".said");
    const isPartly = pieces(source.dataset.of).some((piece) => piece.querySelector("ins, del, mark"));
    const key = source.matches("mark") ? "changed" : isPartly ? "partly" : source.closest(".pair > .version:last-child") ? "shared" : "kept";
    const intro = said.dataset[key];
    said.replaceChildren(...twins.map((id) => {
      const line = document.createElement("blockquote");
      const name = document.createElement("b");
      name.textContent = `${intro} ${versionOf(pieces(id)[0]).dataset.name}: `;
      line.append(name, words(id));
      return line;
    }));
    if (isByKeyboard) said.append(said.dataset.again);
    panel.querySelector(".go").href = `#${twins[0]}`;
    panel.classList.add("is-open");
    root.classList.add("has-panel");
  };

  const show = (source, isByKeyboard) => {
    leave(false);
    const id = source.dataset.of;
    const twins = source.dataset.with.split(" ").filter((twin) => pieces(twin).length);
    if (!twins.length) return;
    const inSight = twins.find((twin) => !pieces(twin)[0].closest("[hidden]")) || twins[0];
    reveal(pieces(inSight)[0]);
    shown = id;
    for (const each of [id, ...twins]) pieces(each).forEach((piece) => piece.classList.add("lit"));
    say(source.closest(".diff").querySelector(".panel"), source, [inSight, ...twins.filter((t) => t !== inSight)], isByKeyboard);
    const first = pieces(id)[0];
    const bottom = source.closest(".diff").querySelector(".panel").getBoundingClientRect().top;
    if (first.getBoundingClientRect().bottom > bottom) first.scrollIntoView({ block: "center", behavior: "instant" });
    bring(first, pieces(inSight)[0]);
  };

  const go = (id) => {
    const target = document.getElementById(id);
    leave(false);
    reveal(target);
    if (!target) return;
    target.scrollIntoView({ block: "center" });
    const focusable = target.querySelector("a.n") || target;
    if (!focusable.matches("a, [tabindex]")) focusable.tabIndex = -1;
    focusable.focus({ preventScroll: true });
  };

  document.addEventListener("click", (event) => {
    if (event.button || event.ctrlKey || event.metaKey || event.shiftKey) return;
    const target = event.target;
    if (target.closest(".close")) return leave(true);
    const link = target.closest('a[href^="#"]');
    if (link && !link.matches(".n")) {
      const id = decodeURIComponent(link.hash.slice(1));
      leave(false);
      reveal(document.getElementById(id));
      if (link.matches(".go")) {
        event.preventDefault();
        go(id);
      }
      return; // others jump as links do
    }
    const source = target.closest(".text [data-with]");
    if (!source) return;
    if (!link && String(getSelection())) return; // words are being selected, nothing was clicked
    const isByKeyboard = Boolean(link) && event.detail === 0;
    if (link) event.preventDefault();
    if (isByKeyboard) {
      if (shown === source.dataset.of) return go(link.hash.slice(1));
      origin = link;
    } else if (shown === source.dataset.of) {
      return leave(false);
    }
    show(source, isByKeyboard);
  });
  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape") leave(true);
  });
  // The names of the columns stay in sight when their heads are not.
  const watch = new IntersectionObserver((entries) => {
    for (const { target, boundingClientRect, isIntersecting } of entries) {
      const texts = target.closest(".texts");
      const names = [...texts.querySelectorAll(".version")].filter((version) => !version.hidden).map((version) => {
        const name = document.createElement("span");
        name.textContent = version.dataset.name;
        return name;
      });
      texts.querySelector(".bar").replaceChildren(...names);
      texts.classList.toggle("is-past", names.length === 2 && !isIntersecting && boundingClientRect.top < 0);
    }
  });
  const begin = (root) => {
    for (const select of root.querySelectorAll(".choose select")) {
      choose(select, select.value);
      select.addEventListener("change", () => {
        leave(false);
        choose(select, select.value);
      });
    }
    root.querySelectorAll(".pair > .version:last-child > header").forEach((head) => watch.observe(head));
  };
  begin(document);
  document.addEventListener("diff", (event) => begin(event.target)); // one that was put into the page
  const fromAddress = () => reveal(document.getElementById(decodeURIComponent(location.hash.slice(1))));
  addEventListener("hashchange", fromAddress);
  fromAddress();
})();
