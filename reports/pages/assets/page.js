// What every page does: light and dark, copies of queries, tables saved, sorted and searched, links to its parts.
const saved = {
  // What files are named after: the page.
  name: location.pathname.split("/").pop().replace(/\.html$/, ""),
  // Hand the reader a file named after the page and the place on it.
  file(place, ending, content) {
    const link = document.createElement("a");
    link.href = URL.createObjectURL(content instanceof Blob ? content : new Blob([content]));
    link.download = `${saved.name}-${place}.${ending}`;
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 1000);
  },
  csv: (lines) => lines.map((line) => line.map((text) =>
    (/[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text)).join(",") + "\n").join(""),
};
// Copies of queries, tables saved, sorted and searched, links to headings, in a part of the page.
function equip(root, address = (id) => `#${id}`) {
  const each = (selector, work) => root.querySelectorAll(selector).forEach(work);

  each("button.copy", (copy) => {
    const text = copy.parentElement.querySelector("code");
    copy.hidden = false;
    copy.addEventListener("click", async () => {
      try {
        await navigator.clipboard.writeText(text.textContent);
      } catch {
        getSelection().selectAllChildren(text);
        document.execCommand("copy");
      }
      copy.textContent = "Copied";
      setTimeout(() => { copy.textContent = "Copy"; }, 1500);
    });
  });

  each("button.digits", (digits) => {
    const cells = digits.closest(".table")?.querySelectorAll("data");
    if (!cells?.length) return;
    digits.hidden = false;
    digits.addEventListener("click", () => {
      const all = digits.getAttribute("aria-pressed") !== "true";
      digits.setAttribute("aria-pressed", String(all));
      cells.forEach((cell) => {
        cell.dataset.short ??= cell.textContent;
        cell.textContent = all ? cell.value.replace("-", "\u2212") : cell.dataset.short;
      });
    });
  });

  // A table as CSV: the columns by the names of the query, numbers with all digits.
  each(".table button.save", (button) => {
    const table = button.closest(".table");
    button.hidden = false;
    button.addEventListener("click", () => {
      const plain = (cell) => {
        const text = cell.querySelector("data")?.value ?? cell.textContent.trim();
        return text === "–" ? "" : cell.className === "number" ? text.replace(/\u202f/g, "").replace("−", "-") : text;
      };
      const lines = [...table.querySelectorAll("tbody tr")].filter((line) => line.cells.length > 1 || line.cells[0].scope);
      const names = [...table.querySelectorAll("thead th")].map((cell) => cell.dataset.name);
      saved.file(table.id, "csv", saved.csv([names, ...lines.map((line) => [...line.cells].map(plain))]));
    });
  });

  // Long tables are sorted by their headers and searched; numbers by all their digits.
  const collator = new Intl.Collator(undefined, { numeric: true });
  const worth = (cell) => cell.querySelector("data")?.value ?? cell.textContent.trim();
  each(".table table", (table) => {
    const body = table.tBodies[0];
    const lines = [...body.rows];
    if (lines.length < 4) return;
    [...table.tHead.rows[0].cells].forEach((head, place) => {
      const sort = document.createElement("button");
      sort.type = "button";
      sort.className = "sort";
      sort.append(...head.childNodes);
      head.append(sort);
      sort.addEventListener("click", () => {
        const isUp = head.getAttribute("aria-sort") !== "ascending";
        table.querySelectorAll("[aria-sort]").forEach((other) => other.removeAttribute("aria-sort"));
        head.setAttribute("aria-sort", isUp ? "ascending" : "descending");
        const number = (text) => Number(text.replace(/\u202f/g, "").replace("\u2212", "-").replace("< ", "").replace("+", ""));
        body.append(...lines.toSorted((one, other) => {
          const [a, b] = [worth(one.cells[place]), worth(other.cells[place])];
          const difference = number(a) - number(b);
          return (Number.isNaN(difference) ? collator.compare(a, b) : difference) * (isUp ? 1 : -1);
        }));
      });
    });
    if (lines.length < 16) return;
    const label = document.createElement("label");
    label.className = "search";
    label.append("Rows with ", Object.assign(document.createElement("input"), { type: "search" }));
    table.closest(".scroll").before(label);
    label.addEventListener("input", (event) => {
      const words = event.target.value.toLowerCase().split(/\s+/);
      lines.forEach((line) => { line.hidden = !words.every((word) => line.textContent.toLowerCase().includes(word)); });
    });
  });

  // Every heading can be linked to.
  each("main h2[id], main h3[id]", (heading) => {
    if (heading.className === "unseen") return;
    const link = document.createElement("a");
    link.className = "permalink";
    link.href = address(heading.id);
    link.setAttribute("aria-label", `Link to ${heading.textContent.trim()}`);
    link.textContent = "#";
    heading.append(link);
  });
}

(() => {
  const each = (selector, work) => document.querySelectorAll(selector).forEach(work);
  equip(document);

  const button = document.getElementById("theme");
  const system = matchMedia("(prefers-color-scheme: dark)");
  const isDark = () => (document.documentElement.dataset.theme ?? (system.matches ? "dark" : "light")) === "dark";
  const label = () => { button.textContent = isDark() ? "Light" : "Dark"; };
  button.hidden = false;
  label();
  system.addEventListener("change", label);
  button.addEventListener("click", () => {
    const next = isDark() ? "light" : "dark";
    document.documentElement.dataset.theme = next;
    try { localStorage.setItem("doehouse-theme", next); } catch { /* the choice holds for this page */ }
    label();
  });

  // What the reader chose stands in the address, so that Back, a reload and a colleague find it again.
  const chosen = () => new URLSearchParams(location.hash.slice(1));
  const remember = (choices) => {
    const kept = Object.entries(choices).filter(([, value]) => value);
    history.replaceState(null, "", kept.length ? `#${new URLSearchParams(kept)}` : "#");
  };

  // The index: only studies with these words, in this order.
  const filter = document.getElementById("filter");
  if (filter) {
    const order = document.getElementById("order");
    const list = document.querySelector(".cards");
    const cards = [...document.querySelectorAll(".cards > li[data-name]")];
    const orders = {
      name: (one, other) => one.dataset.name.localeCompare(other.dataset.name),
      wants: (one, other) => other.dataset.wants - one.dataset.wants || orders.name(one, other),
      changed: (one, other) => other.dataset.changed.localeCompare(one.dataset.changed) || orders.name(one, other),
    };
    const show = () => {
      const words = filter.value.toLowerCase().split(/\s+/);
      let shown = 0;
      cards.forEach((card) => {
        const text = `${card.dataset.name} ${card.textContent}`.toLowerCase();
        card.hidden = !words.every((word) => text.includes(word));
        shown += card.hidden ? 0 : 1;
      });
      list.append(...cards.toSorted(orders[order.value]));
      filter.form.querySelector("[role=status]").textContent = filter.value ? `${shown} of ${cards.length}` : "";
    };
    const read = () => {
      filter.value = chosen().get("with") ?? "";
      order.value = chosen().get("first") in orders ? chosen().get("first") : "name";
      show();
    };
    filter.form.hidden = cards.length < 2;
    filter.form.addEventListener("submit", (event) => event.preventDefault());
    filter.form.addEventListener("input", () => {
      remember({ with: filter.value, first: order.value === "name" ? "" : order.value });
      show();
    });
    addEventListener("hashchange", read);
    read();
  }

  // A folded part is opened by its link, and its link stands in the address when it is.
  const reach = () => {
    const target = location.hash.includes("=") ? null : document.getElementById(decodeURIComponent(location.hash.slice(1)));
    const fold = target?.closest("details.fold");
    if (!fold || fold.open) return;
    fold.open = true;
    target.scrollIntoView();
  };
  each("details.fold", (fold) => fold.firstElementChild.addEventListener("click", () => {
    if (!fold.open) history.replaceState(null, "", `#${fold.id}`);
  }));
  addEventListener("hashchange", reach);
  reach();

  // On paper nothing can be opened.
  let folded = [];
  addEventListener("beforeprint", () => {
    folded = [...document.querySelectorAll("details.fold:not([open])")];
    folded.forEach((fold) => { fold.open = true; });
  });
  addEventListener("afterprint", () => folded.forEach((fold) => { fold.open = false; }));

  each("time[data-ago]", (time) => {
    const minutes = Math.round((Date.now() - Date.parse(time.dateTime)) / 60000);
    if (minutes < 0) return;
    const [count, unit] = minutes < 120 ? [minutes, "minute"] : minutes < 2880 ? [Math.round(minutes / 60), "hour"]
      : [Math.round(minutes / 1440), "day"];
    time.insertAdjacentText("afterend", ` (${count} ${unit}${count === 1 ? "" : "s"} ago)`);
  });
})();
