// Parts of the page as the server has them now, in the place of what is shown; what was done here
// can still be undone, and what is revealed stays.

export async function fresh() {
  const answer = await fetch(location.href, { headers: { "Clew-Page": location.pathname } });
  if (!answer.ok) return;
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  for (const shown of document.querySelectorAll("[data-fresh]")) {
    const now = page.getElementById(shown.id);
    if (now) shown.replaceChildren(...document.importNode(now, true).childNodes);
  }
}
