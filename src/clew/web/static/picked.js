// What somebody dropped or chose: all files of it, each with its path below what was chosen.

async function entries(folder) {
  const reader = folder.createReader();
  const found = [];
  for (;;) {
    // Browsers tell of a hundred at a time.
    const some = await new Promise((settle, fail) => { reader.readEntries(settle, fail); });
    if (!some.length) return found;
    found.push(...some);
  }
}

async function walk(entry, told) {
  const path = entry.fullPath.replace(/^\/+/, "");
  try {
    if (entry.isDirectory) {
      for (const one of await entries(entry)) await walk(one, told);
      return;
    }
    const file = await new Promise((settle, fail) => { entry.file(settle, fail); });
    told.files.push({ path, file });
  } catch {
    told.unread.push(path);
  }
}

export async function dropped(transfer) {
  // All of them at once: a drop is empty as soon as anything is waited for.
  const all = [...transfer.items].map((item) => item.webkitGetAsEntry?.()).filter(Boolean);
  const plain = all.length ? [] : [...transfer.files];
  const told = { files: plain.map((file) => ({ path: file.name, file })), unread: [] };
  for (const entry of all) await walk(entry, told);
  return told;
}

export function chosen(input) {
  const files = [...input.files].map((file) => ({ path: file.webkitRelativePath || file.name, file }));
  input.value = ""; // so that the same can be chosen again
  return { files, unread: [] };
}
