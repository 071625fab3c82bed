// What every page does: switch light and dark, copy queries, save tables, show all digits, tell how long ago a time was.
const saved = {
  // Hand the reader a file named after the page and the place on it.
  file(place, ending, content) {
    const link = document.createElement("a");
    link.href = URL.createObjectURL(content instanceof Blob ? content : new Blob([content]));
    link.download = `${location.pathname.split("/").pop().replace(/\.html$/, "")}-${place}.${ending}`;
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 1000);
  },
  csv: (lines) => lines.map((line) => line.map((text) =>
    (/[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text)).join(",") + "\n").join(""),
};
(() => {
  const each = (selector, work) => document.querySelectorAll(selector).forEach(work);

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

  const filter = document.getElementById("filter");
  const cards = document.querySelectorAll(".cards li");
  if (filter && cards.length > 8) {
    filter.parentElement.hidden = false;
    filter.addEventListener("input", () => {
      const words = filter.value.toLowerCase().split(/\s+/);
      let shown = 0;
      cards.forEach((card) => {
        const text = card.textContent.toLowerCase();
        card.hidden = !words.every((word) => text.includes(word));
        shown += card.hidden ? 0 : 1;
      });
      filter.parentElement.querySelector("span").textContent = `${shown} of ${cards.length}`;
    });
  }

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
