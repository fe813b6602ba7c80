// A box to sign in. What the pen draws is written into the hidden field as moves and
// lines in whole units, 400 by 160; without script the paper is signed instead.
const WIDTH = 400;
const HEIGHT = 160;

const pad = (box) => {
  const form = box.closest("form");
  const { strokes } = form.elements;
  const canvas = box.querySelector("canvas");
  const pen = canvas.getContext("2d");
  pen.lineWidth = 2;
  pen.lineCap = "round";
  let lines = [];

  const at = ({ clientX, clientY }) => {
    const { left, top, width, height } = canvas.getBoundingClientRect();
    const inside = (value, most) => Math.round(Math.min(most, Math.max(0, value)));
    return [
      inside(((clientX - left) / width) * WIDTH, WIDTH),
      inside(((clientY - top) / height) * HEIGHT, HEIGHT),
    ];
  };

  const write = () => {
    const drawn = lines.filter((line) => line.length > 1);
    strokes.value = drawn
      .map((line) => line.map(([x, y], i) => `${i ? "L" : "M"}${x} ${y}`).join(" "))
      .join(" ");
  };

  canvas.addEventListener("pointerdown", (event) => {
    canvas.setPointerCapture(event.pointerId);
    lines.push([at(event)]);
    pen.strokeStyle = getComputedStyle(canvas).color;
  });
  canvas.addEventListener("pointermove", (event) => {
    if (!canvas.hasPointerCapture(event.pointerId)) return;
    const line = lines.at(-1);
    const next = at(event);
    pen.beginPath();
    pen.moveTo(...line.at(-1));
    pen.lineTo(...next);
    pen.stroke();
    line.push(next);
  });
  canvas.addEventListener("pointerup", write);
  box.querySelector("[data-clear]").addEventListener("click", () => {
    lines = [];
    pen.clearRect(0, 0, WIDTH, HEIGHT);
    write();
  });

  const show = () => {
    const { means, answer } = form.elements;
    box.hidden = means.value !== "screen" || answer.value !== "given";
  };
  form.addEventListener("change", show);
  show();
};

document.querySelectorAll("[data-sign-pad]").forEach(pad);
