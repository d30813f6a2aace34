import type { ConformanceReport } from '../conformance.js';
import { tallyOf } from './tally.js';

/** Changes when a field of the JSON report is removed or changes its meaning, not when one is added. */
export const JSON_FORMAT_VERSION = 1;

/** What a terminal may act upon although JSON allows it in a string. */
const RISKY = /[\u007F-\u009F\p{Cf}\p{Zl}\p{Zp}]/gu;

/** The whole report for programs; the driver's texts are as they came, escaped where it matters. */
export function jsonReport(report: ConformanceReport): string {
  const { driver, advertised, results } = report;
  const value = {
    formatVersion: JSON_FORMAT_VERSION,
    specVersion: '1.5.0',
    driver: { name: driver.name, version: driver.version },
    advertised: {
      plugin: advertised.plugin,
      controller: advertised.controller,
      nodes: advertised.nodes,
    },
    singleNodeMultiWriter: report.singleNodeMultiWriter,
    counts: tallyOf(results),
    results: results.map(({ check, status, deviations, reason, readings, ms }) => ({
      id: check.id,
      title: check.title,
      section: check.section,
      since: check.since,
      level: check.level,
      rule: check.rule,
      cell: check.cell ?? null,
      status,
      deviations: deviations.map(({ sent, came, wanted }) => ({ sent, came, wanted })),
      reason: reason ?? null,
      readings,
      ms: Math.round(ms),
    })),
    leftBehind: report.leftBehind,
    interrupted: report.interrupted,
    ms: Math.round(report.ms),
  };
  return `${JSON.stringify(value, null, 2).replaceAll(RISKY, escaped)}\n`;
}

function escaped(character: string): string {
  return character
    .split('')
    .map((unit) => String.raw`\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`)
    .join('');
}
