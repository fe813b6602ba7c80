// What lies inside a drawing's outline, and what a place on it is called. The lines are
// those of the page, drawn as the right side; a place is a part of the picture as shown.
const WIDTH = 300;
// As far from the line as this, in units of the picture: the server counts corners
// where the browser has curves, and both must say the same.
const CLEAR = 1;
const AROUND = [[0, 0], [CLEAR, 0], [-CLEAR, 0], [0, CLEAR], [0, -CLEAR]];
const SAMPLES = 48;

const pen = document.createElement("canvas").getContext("2d");

const samplesOf = (path) => {
  const length = path.getTotalLength();
  return Array.from({ length: SAMPLES }, (_, step) => path.getPointAtLength((length * step) / SAMPLES));
};

export class Body {
  constructor(svg) {
    this.height = Number(svg.dataset.height);
    this.mirrored = "mirrored" in svg.dataset;
    const outline = svg.querySelector("[data-part=outline]");
    this.outline = new Path2D(outline.getAttribute("d"));
    this.regions = [...svg.querySelectorAll("[data-part=region]")].map((path) => ({
      label: path.dataset.label,
      line: new Path2D(path.getAttribute("d")),
      path,
    }));
  }

  #units({ x, y }) {
    return [(this.mirrored ? 1 - x : x) * WIDTH, y * this.height];
  }

  contains(place) {
    const [x, y] = this.#units(place);
    return AROUND.every(([dx, dy]) => pen.isPointInPath(this.outline, x + dx, y + dy));
  }

  // The smallest region around a place, or the nearest; they stand small to large.
  regionAt(place) {
    const [x, y] = this.#units(place);
    const around = this.regions.find(({ line }) => pen.isPointInPath(line, x, y));
    return (around ?? this.#nearest(x, y)).label;
  }

  #nearest(x, y) {
    const away = (region) => {
      region.samples ??= samplesOf(region.path);
      return Math.min(...region.samples.map((at) => Math.hypot(at.x - x, at.y - y)));
    };
    return this.regions.reduce((best, each) => (away(each) < away(best) ? each : best));
  }
}
