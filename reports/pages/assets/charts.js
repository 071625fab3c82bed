// Draw every panel of the page from its spec and the page's rows, and let a picked run or level light up everywhere.
const charts = (() => {
  // Columns of text come as each text once (`of`) and where it stands (`at`), which their rows have as <name>_number.
  const rows = {};
  const names = {};
  const give = (name, columns, made) => { [names[name], rows[name]] = [columns, made]; };
  document.querySelectorAll("script[data-rows]").forEach((block) => {
    const columns = Object.entries(JSON.parse(block.textContent));
    const made = [];
    columns.forEach(([name, { of, at }], place) => {
      const values = of ? at : columns[place][1];
      values.forEach((value, i) => {
        made[i] ??= {};
        made[i][name] = of ? of[value] ?? null : value;
        if (of) made[i][`${name}_number`] = value;
      });
    });
    give(block.dataset.rows, columns.map(([name]) => name), made);
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

  const lit = async (view) => {
    const keys = [...new Set(focus.runs.flatMap((run) => levels.get(run) ?? []))];
    try { await view.signal("focus_runs", focus.runs).signal("focus_levels", keys).runAsync(); } catch { /* a panel without marks */ }
  };
  async function show(runs, words) {
    focus = { runs, words };
    document.querySelectorAll("main [data-run]").forEach((line) => {
      line.classList.toggle("faded", runs.length > 0 && !runs.includes(Number(line.dataset.run)));
    });
    note.hidden = runs.length === 0;
    note.querySelector("span").textContent = words;
    if (picker && !words) picker.value = "";
    await Promise.all(views.map(lit));
    document.documentElement.dataset.focus = focus.words;
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

  // Vega writes into the rows it is given: each drawing gets its own.
  const withRows = (spec) => ({ ...spec,
    datasets: Object.fromEntries([...named(spec)].map((name) => [name, rows[name].map((row) => ({ ...row }))])) });
  const options = { ast: true, renderer: "svg", actions: false, defaultStyle: false, tooltip: { disableDefaultStyle: true } };

  // A figure's panels in one drawing with the light theme, as figures.py makes of those that have a file.
  async function drawn(figure) {
    const panels = [...figure.querySelectorAll("script.spec")].map((block) => JSON.parse(block.textContent));
    const columns = Math.min(panels.length, figure.querySelector(".columns-1") ? 1 : 2);
    const title = figure.querySelector(".figure-title").textContent.match(/.{1,72}(?:\s|$)|\S+/g);
    const spec = JSON.stringify({
      title: { text: title.map((line) => line.trim()), fontSize: 16, offset: 16 },
      concat: panels.map(({ params, ...panel }) => ({ ...panel, width: Math.floor((640 - 70 * (columns - 1)) / columns) })),
      columns, spacing: 36, params: panels[0].params, padding: 16,
      resolve: { scale: { color: "independent", fill: "independent", stroke: "independent" } },
      config: { ...THEME, background: "var(--paper)" },
    });
    const painted = JSON.parse(spec.replace(/var\(--([a-z0-9-]+)\)/g, (_, token) => LIGHT[token]));
    return (await vegaEmbed(document.createElement("div"), withRows(painted), options)).view;
  }
  const files = {
    csv: (figure) => {
      const columns = names[figure.dataset.from];
      const text = (name, value) => (value === null ? "" : name.endsWith("_at") ? new Date(value).toISOString() : String(value));
      return saved.csv([columns, ...rows[figure.dataset.from].map((row) => columns.map((name) => text(name, row[name])))]);
    },
    svg: async (figure) => (await drawn(figure)).toSVG(),
    png: async (figure) => {
      const canvas = await (await drawn(figure)).toCanvas(2);
      return new Promise((done) => canvas.toBlob(done));
    },
  };
  const equip = (root) => root.querySelectorAll("figure button.save").forEach((button) => {
    const figure = button.closest("figure");
    button.hidden = false;
    button.addEventListener("click", async () => {
      saved.file(figure.id, button.dataset.as, await files[button.dataset.as](figure));
    });
  });
  equip(document);

  // A panel is drawn once, as wide as its place; one that is folded away, when it is opened.
  const asked = new Map();
  const drawOnce = (block) => asked.get(block) ?? asked.set(block, drawPanel(block)).get(block);
  async function drawPanel(block) {
    const place = document.createElement("div");
    place.setAttribute("aria-hidden", "true"); // the figure's own text says it all
    block.parentElement.append(place);
    const { view } = await vegaEmbed(place, withRows(JSON.parse(block.textContent)), { ...options, config: THEME });
    views.push(view);
    if (focus.runs.length) await lit(view);
    view.addEventListener("click", (_, item) => {
      const datum = item?.datum;
      if (!datum) return;
      if (datum.level_key) toggle(runsAt(datum.level_key), `${datum.factor ?? datum.factor_b} ${datum.level ?? datum.level_b}`);
      else if (levels.has(datum.run)) toggle([datum.run], `Run ${datum.run}: ${datum.levels ?? ""}`);
    });
  }
  const blocks = () => [...document.querySelectorAll("script.spec")];
  const isOpen = (block) => !block.closest("details:not([open])");
  async function draw() {
    document.documentElement.dataset.charts = "drawing";
    for (const block of blocks().filter((each) => isOpen(each) && !asked.has(each))) {
      if (isOpen(block) && block.isConnected) await drawOnce(block);
      await new Promise((done) => setTimeout(done)); // the reader may scroll in between
    }
    await Promise.all(asked.values());
    document.documentElement.dataset.charts = "drawn";
  }
  document.querySelectorAll("details.fold").forEach((fold) => fold.addEventListener("toggle", draw));
  addEventListener("beforeprint", () => blocks().forEach(drawOnce)); // after page.js has opened every fold
  // Before other panels take the place of these.
  function forget() {
    views.splice(0).forEach((view) => view.finalize());
    asked.clear();
  }
  draw();
  return { draw, equip, forget, give, rows };
})();
