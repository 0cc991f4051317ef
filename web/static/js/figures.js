// Draws what a jail used, from the tables of the page, which show the same without this script.

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
};

// A row for each step; steps in which the jail did not run have no values, so that no line crosses them.
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

function draw(section) {
  const table = section.querySelector("table");
  const place = section.querySelector(".chart");
  if (!table || !place) {
    return;
  }
  const format = FORMATS[table.dataset.unit];
  const heads = Array.from(table.tHead.rows[0].cells);
  const ink = getComputedStyle(place);
  const axis = { stroke: ink.color, grid: { stroke: ink.borderColor, width: 1 }, ticks: { stroke: ink.borderColor } };
  const options = {
    width: place.clientWidth,
    height: 220,
    tzDate: (seconds) => uPlot.tzDate(new Date(seconds * 1000), "Etc/UTC"),
    scales: { y: { range: (_, lowest, highest) => [0, highest > 0 ? highest * 1.05 : 1] } },
    axes: [axis, { ...axis, size: 80, values: (_, values) => values.map((value) => format(value)) }],
    series: heads.map((head, i) =>
      i === 0
        ? { label: head.textContent }
        : {
            label: head.textContent,
            stroke: getComputedStyle(head).color,
            width: 1.5,
            value: (_, value) => (value === null || value === undefined ? "" : format(value)),
          },
    ),
  };
  const chart = new uPlot(options, columns(table), place);
  new ResizeObserver(() => chart.setSize({ width: place.clientWidth, height: 220 })).observe(place);
}

document.querySelectorAll(".figures").forEach(draw);
