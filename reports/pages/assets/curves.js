// All curves of a tag over each other, in the colours of a factor's levels, with means and intervals of folders.
const pointsOf = new Map();
// What the files of points call.
function curvesOf(place, points) { pointsOf.get(place)(points); }

(() => {
  const told = JSON.parse(document.getElementById("told").textContent);
  const controls = document.getElementById("controls");
  const chosen = (name) => controls.elements[name].value;
  const GRID = 80; // places at which means are worked out
  const HEIGHT = 300;
  const PAD = { left: 62, right: 14, top: 10, bottom: 40 };
  const css = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();
  const short = (value) => String(Number(value.toPrecision(4))).replace("-", "\u2212");

  // Groups: the levels of the chosen factor, or the runs of the design.
  const grouping = () => {
    const colour = chosen("colour");
    if (colour === "run") {
      const runs = [...new Set(told.folders.map(([, , run]) => run))];
      return { names: runs.map((run) => (run === null ? "no run" : `run ${run}`)), of: (folder) => runs.indexOf(told.folders[folder][2]) };
    }
    const factor = Number(colour);
    return { names: told.factors[factor].levels, of: (folder) => (told.runs[told.folders[folder][2]] ?? [])[factor] ?? -1 };
  };
  const levelsOf = (folder) => (told.runs[told.folders[folder][2]] ?? [])
    .map((level, i) => `${told.factors[i].name} ${told.factors[i].levels[level] ?? "–"}`).join(" · ");
  const quantile = (df) => {
    const table = told.quantiles;
    if (df >= table.length) return 1.95996 + 2.372 / df + 2.82 / df ** 2; // Abramowitz and Stegun 26.7.5
    const low = Math.max(1, Math.floor(df));
    return table[low - 1] + (df - low) * (table[Math.min(low, table.length - 1)] - table[low - 1]);
  };

  // The exponential mean of TensorBoard without its bias at the start; a gap counts as the steps it leaves out.
  function smoothed(steps, values, weight) {
    if (!weight) return values;
    const unit = Math.max(1e-9, (steps[steps.length - 1] - steps[0]) / Math.max(1, steps.length - 1));
    let [sum, total] = [0, 0];
    return values.map((value, i) => {
      const decay = i ? weight ** Math.max(0, (steps[i] - steps[i - 1]) / unit) : 0;
      sum = sum * decay + value * (1 - weight);
      total = total * decay + 1 - weight;
      return sum / total;
    });
  }
  const across = (axis, steps, seconds, began) => (axis === "step" ? steps
    : axis === "relative" ? seconds : seconds.map((second) => began + 1000 * second));

  // A line through points at an ascending grid; nothing beyond its ends.
  function along(xs, ys, grid) {
    let i = 0;
    return grid.map((x) => {
      if (x < xs[0] || x > xs[xs.length - 1]) return NaN;
      while (i < xs.length - 2 && xs[i + 1] < x) i += 1;
      const width = xs[i + 1] - xs[i];
      return xs.length === 1 || !width ? ys[Math.min(i, ys.length - 1)] : ys[i] + ((x - xs[i]) / width) * (ys[i + 1] - ys[i]);
    });
  }

  // Mean of each group at each place of the grid, with a 95 % interval whose unit is the folder: containers are repeats.
  function meansOf(curves, groups, grid) {
    const folders = new Map();
    curves.forEach((curve) => {
      const group = groups.of(curve.folder);
      if (group < 0) return;
      const [sum, n] = folders.get(curve.folder) ?? folders.set(curve.folder, [new Float64Array(grid.length), new Uint32Array(grid.length), group]).get(curve.folder);
      along(curve.meanX, curve.meanY, grid).forEach((y, i) => { if (!Number.isNaN(y)) { sum[i] += y; n[i] += 1; } });
    });
    return groups.names.map((_, group) => grid.map((__, i) => {
      const values = [];
      folders.forEach(([sum, n, mine]) => { if (mine === group && n[i]) values.push(sum[i] / n[i]); });
      const mean = values.reduce((a, b) => a + b, 0) / values.length;
      const variance = values.reduce((a, b) => a + (b - mean) ** 2, 0) / (values.length - 1);
      return { n: values.length, mean, variance, half: values.length > 1 ? quantile(values.length - 1) * Math.sqrt(variance / values.length) : NaN };
    }));
  }
  // Stretches of the grid with as many folders: from, to, their number.
  function runsOf(means) {
    const found = [];
    means.forEach(({ n }, i) => { if (found.length && found.at(-1)[2] === n) found.at(-1)[1] = i + 1; else found.push([i, i + 1, n]); });
    return found;
  }
  // Of two groups the difference and its interval (Welch 1947).
  function difference([first, second], one, other) {
    const [a, b] = [one.variance / one.n, other.variance / other.n];
    if (!(one.n > 1 && other.n > 1)) return "";
    const df = (a + b) ** 2 / (a ** 2 / (one.n - 1) + b ** 2 / (other.n - 1)) || Infinity;
    const [gap, half] = [other.mean - one.mean, quantile(df) * Math.sqrt(a + b)];
    return `${second} − ${first}: ${short(gap)} [${short(gap - half)}, ${short(gap + half)}], ${Math.abs(gap) > half ? "told apart" : "not told apart"} here`;
  }

  function ticks(low, high, isLog, isTime, count) {
    if (isLog) {
      const all = [];
      for (let power = Math.floor(low); power <= Math.ceil(high); power += 1) {
        (high - low < 1.5 ? [1, 2, 5] : [1]).forEach((first) => all.push([power + Math.log10(first), short(first * 10 ** power)]));
      }
      const shown = all.filter(([at]) => at >= low && at <= high);
      return shown.filter((_, i) => i % Math.ceil(shown.length / count) === 0);
    }
    const units = isTime ? [1, 5, 15, 30, 60, 300, 900, 1800, 3600, 10800, 21600, 43200, 86400, 604800].map((s) => 1000 * s) : null;
    const rough = (high - low) / count || 1;
    const power = 10 ** Math.floor(Math.log10(rough));
    const step = units ? units.find((unit) => unit >= rough) ?? 86400000 * Math.ceil(rough / 86400000) : power * ([1, 2, 5, 10].find((m) => m * power >= rough) ?? 10);
    const all = [];
    for (let at = Math.ceil(low / step) * step; at <= high + step * 1e-9; at += step) {
      const text = isTime ? new Date(at).toISOString() : "";
      all.push([at, !isTime ? short(Math.abs(at) < step / 1e6 ? 0 : at) : step >= 86400000 ? text.slice(5, 10) : step >= 60000 ? text.slice(11, 16) : text.slice(11, 19)]);
    }
    return all;
  }

  class Plot {
    constructor(figure) {
      Object.assign(this, { figure, place: Number(figure.dataset.place), box: figure.querySelector(".plot"), picked: null });
      [this.back, this.front] = [0, 1].map(() => this.box.appendChild(document.createElement("canvas")));
      this.front.addEventListener("pointermove", (event) => { if (!this.picked) this.point(event); });
      this.front.addEventListener("pointerleave", () => { if (!this.picked) this.light(null); });
      this.front.addEventListener("click", (event) => {
        const before = this.picked;
        this.picked = null;
        const found = this.point(event);
        this.picked = found && found !== before ? found : null;
        if (!this.picked) this.light(null);
      });
      const png = figure.querySelector(".png");
      png.hidden = false;
      png.addEventListener("click", () => this.back.toBlob((blob) => saved.file(figure.id, "png", blob)));
    }

    load() {
      this.loaded ??= new Promise((done) => {
        pointsOf.set(this.place, (points) => {
          this.raw = points.curves.map(([folder, container, began, axis, seconds, values, means]) => ({ folder, container, began, steps: points.steps[axis], seconds, values, means }));
          this.draw();
          done();
        });
        document.head.append(Object.assign(document.createElement("script"), { src: this.figure.dataset.points }));
      });
      return this.loaded;
    }

    prepare() {
      const [axis, weight, isLog] = [chosen("axis"), Number(chosen("smooth")), chosen("scale") === "log"];
      const up = (y) => (isLog ? (y > 0 ? Math.log10(y) : NaN) : y);
      const curves = this.raw.map((each) => {
        const [meanSteps, meanSeconds, meanValues] = each.means || [each.steps, each.seconds, each.values];
        const ys = smoothed(each.steps, each.values, weight);
        return { ...each, xs: across(axis, each.steps, each.seconds, each.began), ys, ups: isLog ? ys.map(up) : ys,
          meanX: across(axis, meanSteps, meanSeconds, each.began), meanY: smoothed(meanSteps, meanValues, weight) };
      });
      let [left, right, low, high] = [Infinity, -Infinity, Infinity, -Infinity];
      curves.forEach(({ xs, ups }) => {
        left = Math.min(left, xs[0]); right = Math.max(right, xs[xs.length - 1]);
        for (const y of ups) { if (y < low) low = y; if (y > high) high = y; }
      });
      if (!(high > low)) [low, high] = [(low === Infinity ? 0 : low) - 1, (high === -Infinity ? 0 : high) + 1];
      if (!(right > left)) [left, right] = [left - 1, left + 1];
      const room = 0.04 * (high - low);
      this.groups = grouping();
      this.grid = Array.from({ length: GRID }, (_, i) => left + ((right - left) * i) / (GRID - 1));
      this.means = meansOf(curves, this.groups, this.grid);
      Object.assign(this, { curves, up, isLog, axis, extent: [left, right, low - room, high + room] });
    }

    draw() {
      if (!this.raw) return;
      this.prepare();
      const width = this.box.clientWidth || 640;
      const ratio = window.devicePixelRatio || 1;
      [this.back, this.front].forEach((canvas) => {
        canvas.width = width * ratio; canvas.height = HEIGHT * ratio;
        canvas.getContext("2d").setTransform(ratio, 0, 0, ratio, 0, 0);
      });
      const [left, right, low, high] = this.extent;
      this.x = (x) => PAD.left + ((x - left) / (right - left)) * (width - PAD.left - PAD.right);
      this.y = (y) => HEIGHT - PAD.bottom - ((y - low) / (high - low)) * (HEIGHT - PAD.top - PAD.bottom);
      const pen = this.back.getContext("2d");
      this.axes(pen, width);
      const colours = this.groups.names.map((_, i) => css(`--level-${(i % 7) + 1}`));
      const show = chosen("show");
      pen.save();
      pen.beginPath();
      pen.rect(PAD.left, PAD.top, width - PAD.left - PAD.right, HEIGHT - PAD.top - PAD.bottom);
      pen.clip(); // an interval of two folders reaches far
      this.curves.forEach((curve) => {
        const { xs, ups } = curve;
        [curve.px, curve.py] = [new Float32Array(xs.length), new Float32Array(xs.length)];
        for (let i = 0; i < xs.length; i += 1) {
          curve.px[i] = this.x(xs[i]);
          curve.py[i] = this.y(ups[i]);
        }
      });
      if (show !== "means") {
        pen.lineWidth = 1;
        pen.globalAlpha = Math.max(0.05, Math.min(0.6, (show === "both" ? 8 : 16) / this.curves.length));
        this.curves.forEach((curve) => {
          pen.strokeStyle = colours[this.groups.of(curve.folder)] ?? css("--faint");
          this.trace(pen, curve.px, curve.py);
        });
        pen.globalAlpha = 1;
      }
      if (show !== "curves") this.means.forEach((means, group) => this.mean(pen, means, colours[group]));
      pen.restore();
      this.legend(colours, GRID - 1);
      this.light(this.picked);
      this.figure.dataset.drawn = "";
    }

    trace(pen, px, py) {
      pen.beginPath();
      let isDown = false;
      for (let i = 0; i < px.length; i += 1) {
        if (Number.isNaN(py[i])) { isDown = false; continue; }
        if (isDown) pen.lineTo(px[i], py[i]); else pen.moveTo(px[i], py[i]);
        isDown = true;
      }
      pen.stroke();
    }

    mean(pen, means, colour) {
      const xs = this.grid.map(this.x);
      const at = (y) => this.y(this.up(y));
      const most = Math.max(...means.map((one) => one.n));
      const known = means.map((one, i) => i).filter((i) => means[i].n === most && !Number.isNaN(means[i].half) && !Number.isNaN(at(means[i].mean - means[i].half)));
      pen.fillStyle = colour; pen.globalAlpha = 0.18;
      pen.beginPath();
      known.forEach((i, k) => (k ? pen.lineTo(xs[i], at(means[i].mean + means[i].half)) : pen.moveTo(xs[i], at(means[i].mean + means[i].half))));
      [...known].reverse().forEach((i) => pen.lineTo(xs[i], at(means[i].mean - means[i].half)));
      pen.fill();
      pen.globalAlpha = 1;
      [[css("--paper"), 5], [colour, 2.5]].forEach(([ink, thick]) => {
        pen.strokeStyle = ink; pen.lineWidth = thick;
        this.trace(pen, xs, means.map((one) => (one.n === most ? at(one.mean) : NaN)));
        // Where some runs have ended the mean is of others: a jump there is none of any curve.
        pen.setLineDash([4, 4]);
        runsOf(means).forEach(([from, to, n]) => { if (n < most) this.trace(pen, xs.slice(from, to), means.slice(from, to).map((one) => at(one.mean))); });
        pen.setLineDash([]);
      });
    }

    axes(pen, width) {
      const [left, right, low, high] = this.extent;
      pen.fillStyle = css("--paper"); // on white paper a dark drawing brings its ground with it
      pen.fillRect(0, 0, width, HEIGHT);
      pen.font = `12px ${css("--sans")}`;
      pen.strokeStyle = css("--grid"); pen.fillStyle = css("--muted"); pen.lineWidth = 1;
      pen.textAlign = "right"; pen.textBaseline = "middle";
      ticks(low, high, this.isLog, false, 6).forEach(([at, text]) => {
        pen.beginPath(); pen.moveTo(PAD.left, this.y(at)); pen.lineTo(width - PAD.right, this.y(at)); pen.stroke();
        pen.fillText(text, PAD.left - 8, this.y(at));
      });
      pen.textAlign = "center"; pen.textBaseline = "top";
      ticks(left, right, false, this.axis === "wall", Math.max(2, width / 70)).forEach(([at, text]) => pen.fillText(text, this.x(at), HEIGHT - PAD.bottom + 8));
      pen.fillText({ step: "step", relative: "seconds since its start", wall: "time (UTC)" }[this.axis], (PAD.left + width - PAD.right) / 2, HEIGHT - 14);
    }

    // Each group's mean and interval where the reader points, at first at the end.
    legend(colours, place) {
      const last = (group) => { for (let i = place; i >= 0; i -= 1) if (this.means[group][i].n) return this.means[group][i]; return null; };
      const items = this.groups.names.map((name, group) => {
        const item = document.createElement("li");
        const mark = item.appendChild(document.createElement("span"));
        mark.className = `level level-${(group % 7) + 1}`;
        mark.textContent = name;
        const one = last(group);
        if (one) item.append(` ${short(one.mean)}`, Number.isNaN(one.half) ? "" : ` [${short(one.mean - one.half)}, ${short(one.mean + one.half)}]`, ` of ${one.n} folder${one.n === 1 ? "" : "s"}`);
        return item;
      });
      if (items.length === 2 && last(0) && last(1)) items.push(Object.assign(document.createElement("li"), { textContent: difference(this.groups.names, last(0), last(1)) }));
      this.figure.querySelector(".legend").replaceChildren(...items);
      this.colours = colours;
    }

    point(event) {
      if (!this.curves) return null;
      const { offsetX, offsetY } = event;
      let [best, nearest, where] = [900, null, 0];
      for (const curve of this.curves) {
        const { px, py } = curve;
        for (let i = 0; i < px.length; i += 1) {
          const distance = (px[i] - offsetX) ** 2 + (py[i] - offsetY) ** 2;
          if (distance < best) [best, nearest, where] = [distance, curve, i];
        }
      }
      const found = nearest && { folder: nearest.folder, curve: nearest, where };
      this.light(found);
      const [left, right] = this.extent;
      const x = left + ((offsetX - PAD.left) / (this.front.clientWidth - PAD.left - PAD.right)) * (right - left);
      this.legend(this.colours, Math.max(0, Math.min(GRID - 1, Math.round(((x - left) / (right - left)) * (GRID - 1)))));
      return found;
    }

    light(found) {
      const pen = this.front.getContext("2d");
      pen.clearRect(0, 0, this.front.width, this.front.height);
      const readout = this.figure.querySelector(".readout");
      if (!found) { readout.replaceChildren("Point at a curve, or name a folder above."); return; }
      pen.strokeStyle = css("--ink"); pen.lineWidth = 2.5;
      this.curves.filter((each) => (found.curve ? each.container === found.curve.container && each.folder === found.folder : each.folder === found.folder))
        .forEach((each) => this.trace(pen, each.px, each.py));
      const [name, href] = told.folders[found.folder];
      const at = found.curve ? `, ${found.curve.container}: step ${found.curve.steps[found.where]}, ${short(found.curve.ys[found.where])}` : "";
      readout.replaceChildren(Object.assign(document.createElement("a"), { href, textContent: name }), `${at} (${levelsOf(found.folder)})`);
    }
  }

  const plots = [...document.querySelectorAll("figure.curves")].map((figure) => new Plot(figure));
  // What is in sight first, a plot a frame.
  let turn = 0;
  async function redraw() {
    const mine = turn += 1;
    const isSeen = ({ figure }) => { const { top, bottom } = figure.getBoundingClientRect(); return bottom > 0 && top < innerHeight; };
    for (const plot of plots.toSorted((one, other) => isSeen(other) - isSeen(one))) {
      if (mine !== turn) return; // the reader chose again
      plot.draw();
      await new Promise(requestAnimationFrame);
    }
  }
  const named = () => {
    const folder = told.folders.findIndex(([name]) => name === chosen("folder"));
    plots.forEach((plot) => { plot.picked = folder < 0 ? null : { folder }; });
  };
  // What is chosen stands in the address.
  const fields = ["colour", "axis", "scale", "show", "smooth", "folder"];
  const defaults = Object.fromEntries(fields.map((name) => [name, chosen(name)]));
  const read = () => {
    const asked = new URLSearchParams(location.hash.slice(1));
    fields.forEach((name) => { controls.elements[name].value = asked.get(name) ?? defaults[name]; });
    fields.forEach((name) => { if (!controls.elements[name].value) controls.elements[name].value = defaults[name]; });
    named();
    redraw();
  };
  controls.hidden = plots.length === 0;
  controls.addEventListener("submit", (event) => event.preventDefault());
  controls.addEventListener("input", (event) => {
    const kept = fields.filter((name) => chosen(name) !== defaults[name]).map((name) => [name, chosen(name)]);
    history.replaceState(null, "", `#${new URLSearchParams(kept)}`);
    if (event.target.name === "folder") { named(); plots.forEach((plot) => plot.raw && plot.light(plot.picked)); } else redraw();
  });
  addEventListener("hashchange", () => { if (location.hash.includes("=")) read(); });
  addEventListener("resize", redraw);
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", redraw);
  new MutationObserver(redraw).observe(document.documentElement, { attributeFilter: ["data-theme"] });
  read();
  // A tag's points are asked for when it comes into sight; those of all others after them, for paper has no sight.
  const sight = new IntersectionObserver((entries) => entries.forEach((entry) => {
    if (entry.isIntersecting) plots.find((plot) => plot.figure === entry.target).load();
  }), { rootMargin: "400px" });
  plots.forEach((plot) => sight.observe(plot.figure));
  addEventListener("load", async () => { for (const plot of plots) { await plot.load(); await new Promise(requestAnimationFrame); } });
})();
