// One run of the study: the folder that the address names, drawn from the file of data that holds it.
const filesOf = new Map();
// What the files of data call.
function runsOf(number, tables) { filesOf.get(number)(tables); }

// Numbers, sizes and times as reports/text/numbers.py writes them; a test holds the two together.
const written = (() => {
  const MISSING = "–";
  const UNITS = ["B", "kB", "MB", "GB", "TB"];
  // A half is rounded to the even digit, as Python does; JavaScript rounds it away from zero.
  const evenly = (text, exact, places) => (/^50*$/.test(exact.slice(exact.indexOf(".") + 1 + places)) && text.at(-1) % 2
    ? text.slice(0, -1) + (text.at(-1) - 1) : text);
  const fixed = (value, places) => evenly(value.toFixed(places), value.toFixed(100), places);
  const minus = (text) => text.replace("-", "\u2212");
  const grouped = (text) => {
    const [whole, ...rest] = text.split(".");
    return [whole.replace("-", "").length > 4 ? whole.replace(/\B(?=(\d{3})+$)/g, "\u202f") : whole, ...rest].join(".");
  };
  const scientific = (value, digits) => {
    const [mantissa, power] = value.toExponential(digits - 1).split("e");
    const exact = value.toExponential(100).split("e")[0];
    const raised = String(Number(power)).replace(/./g, (each) => "⁻⁰¹²³⁴⁵⁶⁷⁸⁹"["-0123456789".indexOf(each)]);
    return minus(`${evenly(mantissa, exact, digits - 1)}×10${raised}`);
  };
  function number(value, digits = 4) {
    if (value === null || Number.isNaN(value)) return MISSING;
    if (!Number.isFinite(value)) return value > 0 ? "∞" : "\u2212∞";
    const power = Number(value.toExponential().split("e")[1]);
    if (value && (Math.abs(value) >= 1e9 || Math.abs(value) < 1e-4)) return scientific(value, digits);
    const text = fixed(value, Math.min(8, Math.max(0, value ? digits - 1 - power : 0)));
    return minus(grouped(text.includes(".") ? text.replace(/\.?0+$/, "") : text));
  }
  function size(count) {
    if (count === null) return MISSING;
    let [amount, unit] = [count, 0];
    for (; amount >= 1000 && unit < UNITS.length - 1; unit += 1) amount /= 1000;
    return unit ? `${number(amount, 3)} ${UNITS[unit]}` : `${count} B`;
  }
  // All digits, as Python's repr.
  function exact(value) {
    if (!Number.isFinite(value)) return Number.isNaN(value) ? "nan" : value > 0 ? "inf" : "-inf";
    const [digits, power] = value.toExponential().split("e");
    if (power < -4 || power >= 16) return `${digits}e${power[0]}${power.slice(1).padStart(2, "0")}`;
    return Number.isInteger(value) ? `${Object.is(value, -0) ? "-0" : value}.0` : String(value);
  }
  return {
    MISSING, number, size, exact,
    count: (value) => (value === null ? MISSING : minus(grouped(String(value)))),
    moment: (at) => (at === null ? MISSING : new Date(at).toISOString().slice(0, 19).replace("T", " ")),
  };
})();

(() => {
  const told = JSON.parse(document.getElementById("told").textContent);
  const main = document.getElementById("content");
  const place = document.getElementById("run");
  const picker = document.getElementById("picker");
  const [lead, beside] = [main.querySelector(".lead"), main.querySelector("nav.names")];
  const contents = [...document.querySelectorAll(".contents li a")].map((link) => [link, link.hash.slice(1)]);
  const trail = [...document.querySelectorAll(".trail a")].at(-1);
  const node = (name, properties = {}, ...children) => {
    const made = Object.assign(document.createElement(name), properties);
    made.append(...children);
    return made;
  };
  const address = (folder, part) => `#folder=${encodeURIComponent(folder)}${part ? `&part=${part}` : ""}`;

  const files = new Map();
  const loaded = (number) => files.get(number) ?? files.set(number, new Promise((done, fail) => {
    filesOf.set(number, done);
    const src = `data/runs-${String(number).padStart(3, "0")}.js`;
    document.head.append(node("script", { src, onerror: () => fail(new Error(src)) }));
  })).get(number);
  const rowsOf = (columns, folder) => columns.folder.flatMap((name, i) => (name !== folder ? []
    : [Object.fromEntries(Object.entries(columns).map(([column, values]) => [column, values[i]]))]));
  const joined = (items) => (items.length < 2 ? items.join("") : `${items.slice(0, -1).join(", ")} and ${items.at(-1)}`);

  // Columns with infinities or NaN come as text, for JSON has none.
  const real = (value) => (typeof value === "string" ? { inf: Infinity, "-inf": -Infinity }[value] ?? Number(value) : value);
  const toned = (tone, textContent) => node("span", { className: `tone ${tone}`, textContent });
  const cut = (value, textContent) => node("data", { value, textContent });
  const ofKind = {
    number: (value) => cut(written.exact(real(value)), written.number(real(value))),
    count: written.count,
    bytes: (value) => cut(String(value), written.size(value)),
    time: written.moment,
  };
  const ofColumn = {
    code: (code) => node("a", { href: `../manual/reference/${code.includes("-") ? "promises" : "notices"}.html#${code.toLowerCase()}`, textContent: code }),
    is_kept: (isKept, row) => (isKept ? toned("good", "kept") : toned(row.severity === "stop" ? "stop" : "warn", "broken")),
    sha256: (digest) => (digest ? cut(digest, `${digest.slice(0, 12)}…`) : written.MISSING), // as many digits as tell files apart
  };
  const NUMERIC = ["number", "count", "bytes", "time"];
  function fill(id, rows, { caption = told.tables[id].caption, note = "" } = {}) {
    const table = document.getElementById(id);
    // An optional column is left out where no row has a value.
    const columns = told.tables[id].columns.filter(([name, , , isOptional]) => !isOptional || rows.some((row) => row[name] !== null))
      .map(([name, header, kind]) => ({ name, header, className: NUMERIC.includes(kind) ? "number" : kind, cell: ofColumn[name] ?? ofKind[kind] ?? String }));
    const scroll = table.querySelector(".scroll");
    scroll.setAttribute("aria-label", caption);
    scroll.classList.toggle("long", rows.length > 40);
    table.querySelector("caption").replaceChildren(caption, ...(note ? [node("span", { className: "note", textContent: note })] : []));
    table.querySelector("thead tr").replaceChildren(...columns.map(({ name, header, className }) => {
      const head = node("th", { scope: "col", textContent: header, className: className === "number" ? className : "" });
      head.dataset.name = name;
      return head;
    }));
    const lines = rows.map((row) => node("tr", {}, ...columns.map(({ name, className, cell }, i) =>
      node(i ? "td" : "th", i ? { className } : { className, scope: "row" }, row[name] === null ? written.MISSING : cell(row[name], row)))));
    table.querySelector("tbody").replaceChildren(...(lines.length ? lines
      : [node("tr", {}, node("td", { colSpan: columns.length, textContent: "None." }))]));
  }

  function saidOf(facts) {
    const run = facts.run === null ? "Matches no run of the design" : `Run ${facts.run} of the design`;
    return `${run}${facts.replicate ? `, replicate ${facts.replicate}` : ""}; ${facts.verdict}; ${facts.containers} containers`
      + `${facts.is_gone ? "; gone from the log root, its facts stay" : ""}.`;
  }

  function meansOf(rows) {
    const values = new Map();
    rows.filter(({ value }) => value !== null).forEach(({ response, unit, value }) => {
      const key = JSON.stringify([response, unit]);
      values.set(key, [...values.get(key) ?? [], real(value)]);
    });
    const said = [...values].map(([key, mine]) => {
      const [response, unit] = JSON.parse(key);
      return `${response} ${written.number(mine.reduce((sum, each) => sum + each) / mine.length)}${unit ? `\u00a0${unit}` : ""}`;
    });
    return said.length ? `Means: ${said.join(", ")}.` : "";
  }

  // The rows behind the learning curves, in the order of the query; the place of a tag stands beside its name.
  function pointsOf(curves) {
    const tags = [...new Set(curves.map(({ tag }) => tag))];
    return curves.flatMap(({ tag, container_id, step, logged_at, logged_after, value, replaced }) => {
      const isReplaced = new Set(replaced);
      return step.map((each, i) => ({
        tag, tag_number: tags.indexOf(tag), container_id, step: each, value: value[i], is_superseded: isReplaced.has(i),
        logged_at: logged_after[i] === null ? null : logged_at + logged_after[i],
      }));
    });
  }
  function showCurves(folder, curves, points) {
    const figure = document.getElementById("learning-curves");
    const tags = [...new Set(curves.map(({ tag }) => tag))];
    const containers = new Set(curves.map((curve) => curve.container_id)).size;
    const total = curves.reduce((sum, { logged }) => sum + logged, 0);
    const extent = (tag) => {
      const finite = points.filter((point) => point.tag === tag && point.value !== null).map(({ value }) => value);
      const end = (choose) => written.number(finite.length ? finite.reduce((one, other) => choose(one, other)) : null);
      return `${tag} from ${end(Math.min)} to ${end(Math.max)}`;
    };
    figure.querySelector(".figure-title").textContent = `${folder}: ${containers} containers, ${total} values of ${joined(tags)}`;
    figure.querySelector(".note").textContent = `A line a container. Grey: values that a later write replaced.${total > points.length
      ? ` Drawn are ${points.length.toLocaleString("en-US")} of them: of more than 1,000 values of a container the first, last, lowest and `
        + "highest of each of 250 ranges of steps, which draw the same line. The view metrics holds all." : ""}`;
    const panels = figure.querySelector(".panels");
    panels.setAttribute("aria-label", `Learning curves of ${containers} containers: ${tags.map(extent).join("; ")}.`);
    // What Altair drew of one tag, with the place and the name of each.
    const panel = panels.querySelector(".panel");
    panel.replaceWith(...tags.map((tag, at) => {
      const mine = panel.cloneNode(true);
      const spec = mine.querySelector("script");
      const given = { [told.holes.place]: at, [told.holes.tag]: tag };
      spec.textContent = JSON.stringify(JSON.parse(spec.textContent, (_, value) => (typeof value === "string" ? given[value] ?? value : value)));
      return mine;
    }));
    charts.give("points", ["tag", "container_id", "step", "logged_at", "value", "is_superseded"], points);
    document.getElementById("beside-curves").href = `curves.html${address(folder)}`;
  }

  function fillRun(folder, tables) {
    const [facts] = rowsOf(tables.run, folder);
    const curves = rowsOf(tables.run_points, folder);
    const points = pointsOf(curves);
    const hasCurves = new Set(points.map(({ step }) => step)).size > 1; // of one value nothing is drawn
    const found = rowsOf(tables.run_findings, folder);
    const objections = [["broken", facts.reason], ["doubt", found.find(({ outcome }) => outcome === "held")?.reason]].filter(([, said]) => said);
    const levels = told.levels[facts.run] ?? [];
    const broken = rowsOf(tables.run_promises, folder);
    const kept = told.promises.filter(([code]) => broken.every((one) => one.code !== code)).map(([code, severity, promise]) =>
      ({ code, severity, promise, is_kept: true, container_id: null, response: null, found: null, reason: null }));
    lead.textContent = saidOf(facts);

    place.replaceChildren(document.getElementById("a-run").content.cloneNode(true));
    place.querySelectorAll("pre code").forEach((code) => {
      code.textContent = code.textContent.replaceAll("in $folders", () => `= '${folder.replaceAll("'", "''")}'`);
    });
    const dl = place.querySelector("dl");
    dl.hidden = !levels.length;
    dl.append(...levels.map(([factor, text, colour]) => node("div", {}, node("dt", { textContent: factor }),
      node("dd", {}, node("span", { className: `level level-${colour}`, textContent: text })))));
    const statements = place.querySelector(".statements");
    statements.hidden = !objections.length;
    statements.append(...objections.map(([kind, said]) =>
      node("li", { className: kind }, node("span", { className: "kind", textContent: kind }), ` ${said}`)));
    const values = rowsOf(tables.run_values, folder);
    fill("container-stamps", rowsOf(tables.run_containers, folder));
    fill("values", values, { note: meansOf(values) });
    if (hasCurves) showCurves(folder, curves, points);
    else document.getElementById("of-curves").remove();
    fill("read-files", rowsOf(tables.run_files, folder));
    fill("kept", [...broken, ...kept], { caption: broken.length ? `Promises: ${broken.length} rows of this folder break one` : told.tables.kept.caption });
    if (found.length) fill("findings", found);
    else document.getElementById("findings").remove();
    equip(place, (part) => address(folder, part));
    charts.equip(place);
  }

  function name(folder, title) {
    main.querySelector("h1").textContent = title;
    document.title = `${title}, ${told.heading} · doehouse`;
    [trail.textContent, trail.href] = [title, address(folder)];
    picker.folder.value = folder;
    saved.name = folder;
    contents.forEach(([link, part]) => { link.href = address(folder, part); link.parentElement.hidden = !document.getElementById(part); });
    document.documentElement.dataset.run = folder;
  }
  function refuse(folder, said) {
    lead.textContent = said;
    place.replaceChildren();
    beside.replaceChildren(node("a", { href: "index.html#runs", textContent: "The runs of the study" }));
    name(folder, "Runs");
  }

  let shown = null;
  async function show(folder) {
    const at = told.folders.indexOf(folder);
    charts.forget();
    if (at < 0) {
      refuse(folder, `The study has no run “${folder}”: it was forgotten, or is another study's.`);
      return;
    }
    try {
      const tables = await loaded(told.files[at]);
      if (shown !== folder) return; // the reader went on
      fillRun(folder, tables);
    } catch (error) {
      if (error.message.startsWith("data/")) refuse(folder, `${error.message}, which holds this run, cannot be read: it belongs beside this page.`);
      else throw error;
      return;
    }
    beside.replaceChildren(...[["Previous", at - 1], ["Next", at + 1]].filter(([, other]) => told.folders[other] !== undefined)
      .map(([words, other]) => node("a", { href: address(told.folders[other]), textContent: `${words} run: ${told.folders[other]}` })));
    name(folder, folder);
    charts.draw();
  }
  async function read() {
    if (shown !== null && !location.hash.includes("=")) return; // to a place on the page
    const asked = new URLSearchParams(location.hash.slice(1));
    const folder = asked.get("folder") ?? told.folders[0];
    const isOther = folder !== shown;
    if (isOther) {
      const isFirst = shown === null;
      shown = folder;
      await show(folder);
      if (!isFirst) scrollTo(0, 0);
    }
    if (asked.get("part")) document.getElementById(asked.get("part"))?.scrollIntoView();
  }

  // A run is picked by its name or a part of it.
  const list = document.getElementById("folders");
  const go = (folder) => { if (folder !== undefined) location.hash = address(folder); };
  picker.hidden = false;
  picker.folder.addEventListener("focus", () => list.replaceChildren(...told.folders.map((value) => node("option", { value }))), { once: true });
  picker.folder.addEventListener("focus", () => picker.folder.select());
  picker.folder.addEventListener("change", () => { if (told.folders.includes(picker.folder.value)) go(picker.folder.value); });
  picker.addEventListener("submit", (event) => {
    event.preventDefault();
    const words = picker.folder.value.toLowerCase();
    const found = told.folders.find((folder) => folder === picker.folder.value)
      ?? told.folders.find((folder) => folder.toLowerCase().includes(words));
    picker.querySelector("[role=status]").textContent = found === undefined ? "No run has this in its name." : "";
    go(found);
  });
  document.querySelector(".skip").addEventListener("click", (event) => { // the address names the run
    event.preventDefault();
    main.focus();
  });
  addEventListener("hashchange", read);
  read();
})();
