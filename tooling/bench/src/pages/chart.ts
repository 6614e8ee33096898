import { init, use } from "echarts/core";
import { LineChart } from "echarts/charts";
import { GridComponent, LegendComponent, TitleComponent } from "echarts/components";
import { SVGRenderer } from "echarts/renderers";
import type { Database } from "../databases.ts";
import type { Results } from "../results.ts";
import { scenarioOf } from "../scenarios.ts";
import { MESSAGE_LENGTH } from "../scenarios/turn.ts";
import { size } from "./quantities.ts";

use([LineChart, GridComponent, LegendComponent, TitleComponent, SVGRenderer]);

const SIZE = { width: 640, height: 400 };
const COLOURS = ["#0b7285", "#c92a2a", "#868e96"];
const FONT = "system-ui, sans-serif";

interface Line {
  readonly name: string;
  /** Turns and bytes. */
  readonly data: readonly (readonly [number, number])[];
}

/** What chats of growing length take in the database, as an SVG on white; `undefined` when there is only one. */
export function chartOf(database: Database, tables: readonly Results[]): string | undefined {
  const chats = tables.flatMap(({ rows }) =>
    rows.flatMap(({ scenario, costs }) => {
      const { turns } = scenarioOf(scenario);
      return turns === undefined ? [] : [{ turns, costs }];
    }),
  );
  if (chats.length < 2) return undefined;
  const lines: Line[] = database.contestants.slice(0, 2).map(({ name }, i) => {
    return { name, data: chats.map(({ turns, costs }) => [turns, costs[i]!.stored[0]!] as const) };
  });
  const text = chats.map(({ turns }) => [turns, turns * 2 * MESSAGE_LENGTH] as const);
  return draw(`A chat in ${database.title}: ${database.stores[0]} by turns`, [
    ...lines,
    { name: "text of the conversation", data: text },
  ]);
}

function draw(title: string, lines: readonly Line[]): string {
  const turns = lines[0]!.data.map(([count]) => count);
  const chart = init(null, null, { renderer: "svg", ssr: true, ...SIZE });
  chart.setOption({
    animation: false,
    backgroundColor: "#fff",
    color: COLOURS,
    textStyle: { fontFamily: FONT, fontSize: 13 },
    title: {
      text: title,
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
      min: Math.min(...turns),
      max: Math.max(...turns),
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
          dataIndex === data.length - 1 ? size(data[dataIndex]![1]) : "",
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
