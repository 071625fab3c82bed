// The entries that hold every word, those first whose names begin with the first one; the words stand in the address.
(() => {
  const MOST = 100;
  const form = document.getElementById("search");
  const words = document.getElementById("words");
  const list = document.getElementById("found");
  const entries = ENTRIES.map(([kind, name, more, href]) => ({ kind, name, more, href, low: name.toLowerCase(), text: `${kind} ${name} ${more}`.toLowerCase() }));
  const show = () => {
    const asked = words.value.toLowerCase().split(/\s+/).filter(Boolean);
    const rank = ({ low }) => (low === asked[0] ? 0 : low.startsWith(asked[0]) ? 1 : low.includes(asked[0]) ? 2 : 3);
    const found = asked.length ? entries.filter(({ text }) => asked.every((word) => text.includes(word))) : [];
    found.sort((one, other) => rank(one) - rank(other)); // stable: studies first, then factors, responses, folders
    form.querySelector("[role=status]").textContent = !asked.length ? "" : found.length > MOST ? `the first ${MOST} of ${found.length}` : `${found.length} found`;
    list.replaceChildren(...found.slice(0, MOST).map(({ kind, name, more, href }) => {
      const line = document.createElement("li");
      const link = Object.assign(document.createElement("a"), { href, textContent: name });
      line.append(Object.assign(document.createElement("span"), { className: "kind", textContent: kind }), " ", link, " ",
        Object.assign(document.createElement("small"), { textContent: more }));
      return line;
    }));
  };
  const read = () => {
    words.value = new URLSearchParams(location.hash.slice(1)).get("with") ?? "";
    show();
  };
  form.hidden = false;
  words.focus();
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    list.querySelector("a")?.click();
  });
  form.addEventListener("input", () => {
    history.replaceState(null, "", words.value ? `#${new URLSearchParams({ with: words.value })}` : "#");
    show();
  });
  addEventListener("hashchange", read);
  read();
})();
