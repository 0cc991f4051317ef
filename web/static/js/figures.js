// Draws what was used, from the tables of the page, which show the same without this script. A table that the server sends again is
// drawn again, and so is everything when the theme changes.

const UNITS = ["B", "KiB", "MiB", "GiB", "TiB", "PiB"];

function size(bytes) {
  let unit = 0;
  let amount = bytes;
  while (amount >= 1024 && unit < UNITS.length - 1) {
    amount /= 1024;
    unit++;
  }
  return `${amount >= 100 || unit === 0 ? Math.round(amount) : amount.toFixed(1)} ${UNITS[unit]}`;
}

const FORMATS = {
  percent: (value) => `${Number(value.toFixed(2))} %`,
  bytes: size,
  rate: (value) => `${size(value)}/s`,
  number: (value) => String(Number(value.toFixed(2))),
};

// For each distance of the ticks in seconds from which it applies: the text of a tick, and below it of the first one of a day or year.
const TICKS = [
  [365 * 86400, "{YYYY}", null],
  [28 * 86400, "{MMM}", "{YYYY}"],
  [86400, "{D} {MMM}", "{YYYY}"],
  [60, "{HH}:{mm}", "{D} {MMM}"],
  [1, "{HH}:{mm}:{ss}", "{D} {MMM}"],
];

// In the form of uPlot: a column for each unit of time that begins, of which only years, and days below a day, get a line more.
const TIMES = TICKS.map(([distance, text, more]) => {
  const line = more === null ? null : `\n${more}`;
  return [distance, text, line, null, distance < 86400 ? line : null, null, null, null, 1];
});

const NEAR_PIXELS = 6;

// A row for each step; steps in which nothing ran have no values, so that no line crosses them.
function columns(table) {
  const step = Number(table.dataset.step);
  const all = Array.from(table.tHead.rows[0].cells, () => []);
  let before = null;
  for (const row of table.tBodies[0].rows) {
    const at = Number(row.dataset.at);
    if (before !== null && at > before + step) {
      all.forEach((column, i) => column.push(i === 0 ? before + step : null));
    }
    all[0].push(at);
    for (let i = 1; i < all.length; i++) {
      const value = row.cells[i].dataset.value;
      all[i].push(value === undefined ? null : Number(value));
    }
    before = at;
  }
  return all;
}

const markers = document.getElementById("figures-markers");

function marks() {
  return Array.from(markers.querySelectorAll("tr[data-at]"), (row) => ({
    at: Number(row.dataset.at),
    text: `${row.cells[0].textContent}: ${row.cells[1].textContent}`,
    colour: getComputedStyle(row.cells[1]).color,
  }));
}

// Dashed lines at the times of the table of markers; the pointer near one shows its text.
function markLines() {
  return {
    hooks: {
      draw: (chart) => {
        const { ctx, bbox } = chart;
        ctx.save();
        ctx.lineWidth = devicePixelRatio;
        ctx.setLineDash([4 * devicePixelRatio, 3 * devicePixelRatio]);
        for (const mark of marks()) {
          const x = Math.round(chart.valToPos(mark.at, "x", true));
          if (x >= bbox.left && x <= bbox.left + bbox.width) {
            ctx.strokeStyle = mark.colour;
            ctx.beginPath();
            ctx.moveTo(x, bbox.top);
            ctx.lineTo(x, bbox.top + bbox.height);
            ctx.stroke();
          }
        }
        ctx.restore();
      },
      setCursor: (chart) => {
        const near = marks().filter((mark) => Math.abs(chart.valToPos(mark.at, "x") - chart.cursor.left) <= NEAR_PIXELS);
        chart.over.title = near.map((mark) => mark.text).join("\n");
      },
    },
  };
}

function create(place, table, data) {
  const format = FORMATS[table.dataset.unit];
  const ink = getComputedStyle(place);
  const step = Number(table.dataset.step);
  const axis = { stroke: ink.color, grid: { stroke: ink.borderColor, width: 1 }, ticks: { stroke: ink.borderColor } };
  const options = {
    width: place.clientWidth,
    height: 220,
    tzDate: (seconds) => uPlot.tzDate(new Date(seconds * 1000), "Etc/UTC"),
    scales: {
      // A single step would otherwise be shown within years.
      x: {
        range: ({ data: [times] }, first, last) =>
          times.length === 1 ? [times[0] - 6 * step, times[0] + 6 * step] : [first, last],
      },
      y: { range: (_, lowest, highest) => [0, highest > 0 ? highest * 1.05 : 1] },
    },
    axes: [
      { ...axis, values: TIMES },
      { ...axis, size: 80, values: (_, values) => values.map((value) => format(value)) },
    ],
    series: Array.from(table.tHead.rows[0].cells, (head, i) =>
      i === 0
        ? { label: head.textContent, value: "{D} {MMM} {YYYY}, {HH}:{mm}" }
        : {
            label: head.textContent,
            stroke: getComputedStyle(head).color,
            width: 1.5,
            value: (_, value) => (value === null || value === undefined ? "" : format(value)),
          },
    ),
    plugins: [markLines()],
  };
  return new uPlot(options, data, place);
}

// Draws the table of a section, as it is now and whenever it is replaced; returns what draws it again in new colours.
function follow(section) {
  const place = section.querySelector(".chart");
  const values = section.querySelector(".values");
  let chart = null;

  function end() {
    chart?.destroy();
    chart = null;
  }

  function draw() {
    const table = values.querySelector("table");
    const data = table ? columns(table) : [[]];
    if (data[0].length === 0) {
      end();
    } else if (chart === null) {
      chart = create(place, table, data);
    } else {
      const [times] = chart.data;
      const { min, max } = chart.scales.x;
      // A part that the reader has zoomed in on stays.
      const isWhole = min <= times[0] && max >= times[times.length - 1];
      chart.setData(data, isWhole);
      if (!isWhole) {
        chart.redraw();
      }
    }
  }

  draw();
  new MutationObserver(draw).observe(values, { childList: true });
  new MutationObserver(() => chart?.redraw()).observe(markers, { childList: true });
  new ResizeObserver(() => chart?.setSize({ width: place.clientWidth, height: 220 })).observe(place);
  return () => {
    end();
    draw();
  };
}

const repaint = Array.from(document.querySelectorAll("section.figures"), follow);

function inNewColours() {
  repaint.forEach((draw) => draw());
}

new MutationObserver(inNewColours).observe(document.documentElement, { attributeFilter: ["data-theme"] });
matchMedia("(prefers-color-scheme: dark)").addEventListener("change", inNewColours);
