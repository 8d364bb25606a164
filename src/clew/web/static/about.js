// What files that are handed in were found on, and with whom they are shared: the form for it.

const page = document.getElementById("hand-in");
export const about = document.getElementById("about");
const agencies = document.getElementById("agencies");

const kind = () => about.elements.kind?.value ?? "none";
function unfold() {
  for (const some of about.querySelectorAll("[data-when]")) {
    const off = some.dataset.when !== kind();
    some.hidden = off;
    for (const field of some.querySelectorAll("input, select")) field.disabled = off;
  }
  const names = page.dataset.naming.split(",").includes(about.elements.sharing.value);
  agencies.hidden = !names;
}
about.addEventListener("change", unfold);
unfold();

export function manifest() {
  const typed = Object.fromEntries(new FormData(about));
  const names = !agencies.hidden;
  return {
    exhibit: kind() === "known" ? Number(typed.exhibit) : null,
    new_exhibit: kind() !== "new" ? null : {
      number: typed.number, what: typed.what, where: typed.where, when: typed.when,
      source: typed.source, source_name: typed.source_name,
    },
    sharing: typed.sharing,
    agencies: names
      ? [...about.querySelectorAll("[name=agency]:checked")].map((one) => Number(one.value))
      : [],
  };
}

// An exhibit that was new is one of those that are recorded from now on.
export function known({ number, name }) {
  const choice = about.elements.exhibit;
  choice.prepend(new Option(name, number, true, true));
  const recorded = about.querySelector("[name=kind][value=known]");
  recorded.closest("label").hidden = false;
  recorded.checked = true;
  unfold();
}
