// Beside a strength in mg/mL (data-strength): what that is in per cent, while typing.
// 1 % is 10 mg/mL. What this cannot read, the server answers.
const LIKE_A_NUMBER = /^(0|[1-9]\d{0,3})(?:[.,](\d{1,4}))?$/;
const PER_CENT = /^(\d+(?:[.,]\d+)?)\s*%$/;

const plain = (number) => String(Number(number.toPrecision(9)));

export const echo = (typed) => {
  const text = typed.trim();
  const percent = text.match(PER_CENT);
  if (percent) return `${percent[1]} % is ${plain(Number(percent[1].replace(",", ".")) * 10)} mg/mL: write that.`;
  if (!LIKE_A_NUMBER.test(text)) return "";
  return `= ${plain(Number(text.replace(",", ".")) / 10)} %`;
};

for (const box of document.querySelectorAll("[data-strength]")) {
  const shown = document.createElement("output");
  shown.dataset.strengthEcho = "";
  shown.htmlFor = box.id;
  (box.closest(".field-unit") || box).after(shown);
  const show = () => {
    shown.textContent = echo(box.value);
  };
  box.addEventListener("input", show);
  show();
}
