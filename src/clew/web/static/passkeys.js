// Asks the browser for a passkey, for the form it was asked in. Answers go to this site alone.

async function post(form, address, told) {
  const answer = await fetch(address, {
    method: "POST",
    headers: {
      "Content-Type": "application/json",
      "X-CSRFToken": form.elements.csrfmiddlewaretoken.value,
    },
    body: JSON.stringify(told),
  });
  const said = await answer.json().catch(() => ({ why: "The server did not answer. Try again." }));
  if (!answer.ok) throw new Error(said.why);
  return said;
}

async function ask(kind, options) {
  const key = window.PublicKeyCredential;
  if (!key?.parseCreationOptionsFromJSON) {
    throw new Error("This browser knows no passkeys, or the page was not opened over TLS.");
  }
  return kind === "create"
    ? navigator.credentials.create({ publicKey: key.parseCreationOptionsFromJSON(options) })
    : navigator.credentials.get({ publicKey: key.parseRequestOptionsFromJSON(options) });
}

async function submitted(event) {
  event.preventDefault();
  const form = event.currentTarget;
  const why = document.getElementById("why");
  why.textContent = "";
  const button = form.querySelector("button");
  button.disabled = true;
  const { csrfmiddlewaretoken, ...told } = Object.fromEntries(new FormData(form));
  try {
    const { options } = await post(form, form.dataset.options, told);
    const answer = await ask(form.dataset.passkey, options);
    const { go } = await post(form, form.dataset.finish, { ...told, answer: answer.toJSON() });
    location.assign(go);
  } catch (error) {
    why.textContent =
      error.name === "NotAllowedError" ? "The device did not answer, or was refused." : error.message;
    button.disabled = false;
  }
}

for (const form of document.querySelectorAll("form[data-passkey]")) {
  form.addEventListener("submit", submitted);
}
