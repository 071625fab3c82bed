// Draw every panel of the page from its spec and the page's rows, and let a picked run or level light up everywhere.
(async () => {
  const rows = {};
  document.querySelectorAll("script[data-rows]").forEach((block) => {
    const columns = JSON.parse(block.textContent);
    const names = Object.keys(columns);
    const count = names.length ? columns[names[0]].length : 0;
    rows[block.dataset.rows] = Array.from({ length: count }, (_, i) =>
      Object.fromEntries(names.map((name) => [name, columns[name][i]])));
  });
  const named = (spec, found = new Set()) => {
    if (Array.isArray(spec)) spec.forEach((item) => named(item, found));
    else if (spec && typeof spec === "object") {
      if (spec.data && typeof spec.data.name === "string") found.add(spec.data.name);
      Object.values(spec).forEach((item) => named(item, found));
    }
    return found;
  };
  const views = [];

  // The levels of each run as "factor:level", from the design.
  const levels = new Map((rows.treatments ?? []).map((row) => [row.run, Object.keys(row)
    .filter((name) => name.startsWith("position_"))
    .map((name) => `${name.slice(9)}:${row[name]}`)]));
  const note = document.getElementById("focus-note");
  const picker = document.getElementById("focus");
  let focus = { runs: [], words: "" };

  function show(runs, words) {
    focus = { runs, words };
    const keys = [...new Set(runs.flatMap((run) => levels.get(run) ?? []))];
    views.forEach((view) => {
      try { view.signal("focus_runs", runs).signal("focus_levels", keys).runAsync(); } catch { /* a panel without marks */ }
    });
    document.querySelectorAll("tr[data-run]").forEach((line) => {
      line.classList.toggle("faded", runs.length > 0 && !runs.includes(Number(line.dataset.run)));
    });
    note.hidden = runs.length === 0;
    note.querySelector("span").textContent = words;
    if (picker && !words) picker.value = "";
  }
  const runsAt = (key) => [...levels].filter(([, keys]) => keys.includes(key)).map(([run]) => run);
  const toggle = (runs, words) => (words === focus.words ? show([], "") : show(runs, words));

  note.querySelector("button").addEventListener("click", () => show([], ""));
  picker?.addEventListener("change", () => {
    const [kind, key] = picker.value.split("=");
    if (!kind) return show([], "");
    const words = picker.selectedOptions[0].textContent.trim();
    return kind === "run" ? show([Number(key)], words) : show(runsAt(key), words);
  });
  document.addEventListener("keydown", (event) => { if (event.key === "Escape") show([], ""); });

  for (const block of document.querySelectorAll("script.spec")) {
    const spec = JSON.parse(block.textContent);
    const place = document.createElement("div");
    place.setAttribute("aria-hidden", "true"); // the figure's own text says it all
    block.parentElement.append(place);
    // Vega writes into the rows it is given: each panel gets its own.
    spec.datasets = Object.fromEntries([...named(spec)].map((name) => [name, rows[name].map((row) => ({ ...row }))]));
    const result = await vegaEmbed(place, spec, {
      ast: true, renderer: "svg", actions: false, defaultStyle: false, config: THEME, tooltip: { disableDefaultStyle: true },
    });
    views.push(result.view);
    result.view.addEventListener("click", (_, item) => {
      const datum = item?.datum;
      if (!datum) return;
      if (datum.level_key) toggle(runsAt(datum.level_key), `${datum.factor ?? datum.factor_b} ${datum.level ?? datum.level_b}`);
      else if (levels.has(datum.run)) toggle([datum.run], `Run ${datum.run}: ${datum.levels ?? ""}`);
    });
    await new Promise((done) => setTimeout(done));
  }
  document.documentElement.dataset.charts = "drawn";
})();
