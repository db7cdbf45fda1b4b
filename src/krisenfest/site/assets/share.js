// A button that copies, beside each text that is there to be copied. Without it one selects the text by hand.
"use strict";

for (const area of document.querySelectorAll("textarea[data-copy]")) {
  const button = document.createElement("button");
  button.type = "button";
  button.className = "kern-btn kern-btn--secondary";
  const label = document.createElement("span");
  label.className = "kern-label";
  label.textContent = area.dataset.copy;
  button.append(label);
  button.setAttribute("aria-describedby", area.id);
  button.addEventListener("click", async function () {
    area.select();
    try {
      await navigator.clipboard.writeText(area.value);
    } catch {
      if (!document.execCommand("copy")) return; // an old browser, or no permission: the text is selected
    }
    label.textContent = area.dataset.copied;
    window.setTimeout(() => { label.textContent = area.dataset.copy; }, 3000);
  });
  area.after(button);
}
