// Before the first paint: the reader's choice of light or dark, if there is one.
(() => {
  try {
    const chosen = localStorage.getItem("doehouse-theme");
    if (chosen === "light" || chosen === "dark") document.documentElement.dataset.theme = chosen;
  } catch { /* storage may be closed to pages from disk */ }
})();
