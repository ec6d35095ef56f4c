/** The headline figures, the sentences, the timeline and the statements on one sheet, as plain SVG. */

import type { TranslationBundle } from '@jupyterlab/translation';
import React from 'react';

import { formatBytes, formatSeconds, share } from '../format';
import type { IMeasurement } from '../measurement';
import type { IStatement } from '../records';
import { modeText } from '../result/mode-texts';
import { tileTexts, type ITile } from '../result/tile-texts';
import { TIMELINE_HEIGHT, TimelineDrawing } from '../result/timeline-chart';
import { timelineData } from '../result/timeline-data';

const WIDTH = 760;
const EDGE = 20;
const INNER = WIDTH - 2 * EDGE;
const LINE = 19;
/** Characters of body text and of code that fit into a line. */
const TEXT_FITS = 108;
const CODE_FITS = 52;
const MOST_STATEMENTS = 12;

export interface IPictureProps {
  measurement: IMeasurement;
  /** Style rules and variables; the picture stands for itself. */
  style: string;
  trans: TranslationBundle;
}

/** A block of the sheet and the room that it takes. */
interface IBlock {
  height: number;
  content: JSX.Element;
}

export function Picture(props: IPictureProps): JSX.Element {
  const { measurement, trans } = props;
  const blocks = [
    headBlock(measurement, trans),
    tilesBlock(tileTexts(measurement, trans), trans),
    sentencesBlock(measurement),
    timelineBlock(measurement),
    statementsBlock(measurement)
  ].filter((block): block is IBlock => block !== null);
  const tops: number[] = [];
  let height = EDGE;
  for (const block of blocks) {
    tops.push(height);
    height += block.height;
  }
  height += EDGE;
  return (
    <svg
      className="tt-Picture"
      width={WIDTH}
      height={height}
      viewBox={`0 0 ${WIDTH} ${height}`}
    >
      <style>{props.style}</style>
      <rect className="tt-Picture-sheet" width={WIDTH} height={height} />
      {blocks.map((block, index) => (
        <g key={index} transform={`translate(${EDGE} ${tops[index] ?? 0})`}>
          {block.content}
        </g>
      ))}
    </svg>
  );
}

function headBlock(m: IMeasurement, trans: TranslationBundle): IBlock {
  return {
    height: 34,
    content: (
      <>
        <text className="tt-Picture-head" y={14}>
          {m.label ?? trans.__('Measured')}
        </text>
        <text className="tt-Picture-quiet" x={INNER} y={14} textAnchor="end">
          {modeText(m, trans)}
        </text>
      </>
    )
  };
}

function tilesBlock(tiles: ITile[], trans: TranslationBundle): IBlock {
  const step = INNER / tiles.length;
  return {
    height: 74,
    content: (
      <>
        {tiles.map((tile, index) => (
          <g key={tile.id} transform={`translate(${index * step} 0)`}>
            <text className="tt-Picture-quiet" y={12}>
              {tile.name}
            </text>
            <text
              className={
                tile.value === null ? 'tt-Picture-text' : 'tt-Picture-figure'
              }
              y={34}
            >
              {tile.value ?? trans.__('not measured')}
            </text>
            {tile.details.slice(0, 1).map(detail => (
              <text key={detail} className="tt-Picture-quiet" y={51}>
                {cut(detail, 26)}
              </text>
            ))}
          </g>
        ))}
      </>
    )
  };
}

function sentencesBlock(m: IMeasurement): IBlock | null {
  const lines = m.understand
    .slice(0, 3)
    .flatMap(insight => wrap(insight.text, TEXT_FITS));
  if (lines.length === 0) {
    return null;
  }
  return {
    height: lines.length * LINE + 14,
    content: (
      <>
        <rect
          className="tt-Picture-accent"
          width={3}
          height={lines.length * LINE}
        />
        {lines.map((line, index) => (
          <text
            key={index}
            className="tt-Picture-text"
            x={12}
            y={14 + index * LINE}
          >
            {line}
          </text>
        ))}
      </>
    )
  };
}

function timelineBlock(m: IMeasurement): IBlock | null {
  const data = timelineData(m);
  if (data === null) {
    return null;
  }
  return {
    height: TIMELINE_HEIGHT + 12,
    content: (
      <g className="tt-Timeline-chart">
        <TimelineDrawing
          data={data}
          width={INNER}
          cursor={null}
          onMove={() => undefined}
        />
      </g>
    )
  };
}

function statementsBlock(m: IMeasurement): IBlock | null {
  if (m.statements.length < 2) {
    return null;
  }
  const most = Math.max(...m.statements.map(each => each.wall_s));
  const shown = [...m.statements]
    .sort((a, b) => b.wall_s - a.wall_s)
    .slice(0, MOST_STATEMENTS)
    .sort((a, b) => a.line - b.line);
  return {
    height: shown.length * LINE + 4,
    content: (
      <>
        {shown.map((statement, index) => (
          <StatementLine
            key={index}
            statement={statement}
            y={index * LINE}
            length={share(statement.wall_s, most)}
          />
        ))}
      </>
    )
  };
}

function StatementLine(props: {
  statement: IStatement;
  y: number;
  length: number;
}): JSX.Element {
  const { statement, y, length } = props;
  const peak = statement.peak_bytes;
  return (
    <g transform={`translate(0 ${y})`}>
      <text className="tt-Picture-quiet" x={22} y={13} textAnchor="end">
        {statement.line}
      </text>
      <text className="tt-Picture-code" x={32} y={13} xmlSpace="preserve">
        {cut(statement.source, CODE_FITS)}
      </text>
      <rect
        className="tt-Picture-bar"
        x={430}
        y={5}
        width={120 * length}
        height={8}
      />
      <text className="tt-Picture-text" x={634} y={13} textAnchor="end">
        {formatSeconds(statement.wall_s)}
      </text>
      <text className="tt-Picture-text" x={INNER} y={13} textAnchor="end">
        {peak === null ? '' : formatBytes(peak)}
      </text>
    </g>
  );
}

/** The text in lines of at most `fits` characters, broken between words. */
export function wrap(text: string, fits: number): string[] {
  const lines: string[] = [];
  for (const word of text.split(' ')) {
    const last = lines[lines.length - 1];
    if (last !== undefined && last.length + 1 + word.length <= fits) {
      lines[lines.length - 1] = `${last} ${word}`;
    } else {
      lines.push(word);
    }
  }
  return lines;
}

function cut(text: string, fits: number): string {
  return text.length <= fits ? text : `${text.slice(0, fits - 1)}…`;
}
