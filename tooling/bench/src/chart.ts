import { init, use } from "echarts/core";
import { LineChart } from "echarts/charts";
import { GridComponent, LegendComponent, TitleComponent } from "echarts/components";
import { SVGRenderer } from "echarts/renderers";
import { MESSAGE_LENGTH } from "./conversation.ts";
import { megabytes, type Results } from "./page.ts";

use([LineChart, GridComponent, LegendComponent, TitleComponent, SVGRenderer]);

const SIZE = { width: 640, height: 400 };
const COLOURS = ["#0b7285", "#c92a2a", "#868e96"];
const FONT = "system-ui, sans-serif";

/** What chats of growing length take in the database, as an SVG on white. */
export function chartOf({ database, contestants, costs }: Results): string {
  const chats = costs.filter((cost) => cost.turns !== undefined);
  const turns = [...new Set(chats.map((cost) => cost.turns!))];
  const lines = [
    ...contestants.slice(0, 2).map((name) => ({
      name,
      data: chats
        .filter((cost) => cost.contestant === name)
        .map((cost) => [cost.turns!, cost.stored[0]!] as const),
    })),
    { name: "text of the conversation", data: turns.map((n) => [n, n * 2 * MESSAGE_LENGTH] as const) },
  ];
  const chart = init(null, null, { renderer: "svg", ssr: true, ...SIZE });
  chart.setOption({
    animation: false,
    backgroundColor: "#fff",
    color: COLOURS,
    textStyle: { fontFamily: FONT, fontSize: 13 },
    title: {
      text: `A chat in ${database.server}: ${database.stores[0]} by turns`,
      left: "center",
      top: 8,
      textStyle: { fontFamily: FONT, fontSize: 15, fontWeight: "normal" },
    },
    legend: { orient: "vertical", left: 96, top: 56, data: lines.map(({ name }) => name) },
    grid: { left: 80, right: 90, top: 48, bottom: 52 },
    xAxis: {
      type: "log",
      name: "turns",
      nameLocation: "middle",
      nameGap: 28,
      min: turns[0],
      max: turns.at(-1),
    },
    yAxis: { type: "log", axisLabel: { formatter: (bytes: number) => `${bytes / 1e6} MB` } },
    series: lines.map(({ name, data }) => ({
      name,
      type: "line",
      clip: false,
      data,
      symbol: "circle",
      symbolSize: 7,
      label: {
        show: true,
        position: "right",
        formatter: ({ dataIndex }: { dataIndex: number }) =>
          dataIndex === data.length - 1 ? megabytes(data[dataIndex]![1]) : "",
      },
    })),
  });
  const svg = chart.renderToSVGString();
  chart.dispose();
  return `${still(svg)}\n`;
}

/** Without the rules for the mouse, and with the same names in every chart. */
function still(svg: string): string {
  return svg
    .replaceAll(/<style[^>]*>.*?<\/style>\n?/gs, "")
    .replaceAll(/ class="[^"]*"/g, "")
    .replaceAll(/zr\d+-/g, "");
}
