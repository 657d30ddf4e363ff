"use strict";
(() => {
  const byId = (id) => document.getElementById(id);
  const findings = [...document.querySelectorAll(".finding")];

  // Filters. Severities and what is set aside work by the style sheet alone; the rest needs this script.
  const more = byId("more-filters");
  const texts = new Map();
  const textOf = (finding) => {
    if (!texts.has(finding)) texts.set(finding, `${finding.id} ${finding.textContent}`.toLowerCase());
    return texts.get(finding);
  };
  const chosen = (name) => byId(`filter-${name}`).value;
  const shows = (name) => byId(`show-${name}`).checked;
  const apply = () => {
    const words = byId("filter-text").value.toLowerCase().split(/\s+/).filter(Boolean);
    const account = chosen("account"), day = chosen("day"), chain = chosen("chain");
    let seen = 0;
    for (const finding of findings) {
      const data = finding.dataset;
      const fits =
        (!account || data.accounts.split(" ").includes(account)) &&
        (!day || data.day === day) &&
        (!chain || data.chain === chain) &&
        words.every((word) => textOf(finding).includes(word));
      finding.hidden = !fits;
      if (fits && shows(data.severity) && (data.state !== "aside" || shows("aside"))) seen += 1;
    }
    byId("count").textContent = `${seen} of ${findings.length} shown`;
  };
  if (more) {
    more.hidden = false;
    let waiting;
    byId("filter-text").addEventListener("input", () => {
      clearTimeout(waiting);
      waiting = setTimeout(apply, 120);
    });
    for (const input of document.querySelectorAll(".filters select, .filters input[type=checkbox]")) {
      input.addEventListener("change", apply);
    }
    byId("clear").addEventListener("click", () => {
      byId("filter-text").value = "";
      for (const select of document.querySelectorAll(".filters select")) select.value = "";
      for (const box of document.querySelectorAll(".filters input[type=checkbox]")) box.checked = true;
      apply();
    });
    const toggle = byId("toggle");
    toggle.addEventListener("click", () => {
      const open = toggle.getAttribute("aria-pressed") !== "true";
      toggle.setAttribute("aria-pressed", String(open));
      toggle.textContent = open ? "Collapse all" : "Expand all";
      for (const finding of findings) {
        const details = finding.querySelector("details");
        if (details && !finding.hidden) details.open = open;
      }
    });
    apply();
  }

  // A link to a finding opens it, whatever the filters hide.
  const reveal = () => {
    const finding = location.hash.startsWith("#f-") && byId(location.hash.slice(1));
    if (!finding) return;
    if (finding.hidden || !finding.checkVisibility()) byId("clear").click();
    const details = finding.querySelector("details");
    if (details) {
      details.open = true;
      details.querySelector("summary").focus({ preventScroll: true });
    }
    finding.scrollIntoView();
  };
  addEventListener("hashchange", reveal);
  for (const link of document.querySelectorAll('a[href^="#f-"]')) {
    link.addEventListener("click", () => {
      if (link.hash === location.hash) reveal();
    });
  }
  reveal();

  // Ticks are kept in this browser, where it lets a file keep anything.
  const boxes = [...document.querySelectorAll(".task")];
  const store = (act) => {
    try {
      return act(localStorage);
    } catch {
      return null;
    }
  };
  const key = (box) => `tokentrail ${box.dataset.task}`;
  const tick = (box, on) => {
    box.checked = on;
    box.closest("li").classList.toggle("done", on);
  };
  for (const box of boxes) {
    tick(box, store((storage) => storage.getItem(key(box))) === "done");
    box.addEventListener("change", () => {
      const on = box.checked;
      for (const same of boxes) if (same.dataset.task === box.dataset.task) tick(same, on);
      store((storage) => (on ? storage.setItem(key(box), "done") : storage.removeItem(key(box))));
    });
  }

  // Queries are copied; where the browser does not let us, they are selected.
  for (const button of document.querySelectorAll(".copy")) {
    button.hidden = false;
    button.addEventListener("click", async () => {
      const code = button.parentElement.querySelector("code");
      try {
        await navigator.clipboard.writeText(code.textContent);
        button.textContent = "Copied";
      } catch {
        getSelection().selectAllChildren(code);
        button.textContent = "Selected";
      }
    });
  }

  // On paper everything is open.
  let opened = [];
  addEventListener("beforeprint", () => {
    opened = [...document.querySelectorAll("details:not([open])")];
    for (const details of opened) details.open = true;
  });
  addEventListener("afterprint", () => {
    for (const details of opened) details.open = false;
    opened = [];
  });
})();
