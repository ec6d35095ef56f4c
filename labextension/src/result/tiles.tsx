import type { TranslationBundle } from '@jupyterlab/translation';
import { infoIcon } from '@jupyterlab/ui-components';
import React from 'react';

import { tileTexts, type ITile } from './tile-texts';
import type { IMeasurementViewProps } from './view';

/** The headline figures. Each is a button that explains it underneath. */
export function Tiles(props: IMeasurementViewProps): JSX.Element {
  const { measurement, trans } = props;
  const [explained, setExplained] = React.useState<ITile['id'] | null>(null);
  const explanationId = React.useId();
  const tiles = tileTexts(measurement, trans);
  const shown = tiles.find(tile => tile.id === explained);
  return (
    <div className="tt-Tiles">
      <div className="tt-Tiles-row">
        {tiles.map(tile => (
          <Tile
            key={tile.id}
            tile={tile}
            expanded={tile === shown}
            explanationId={explanationId}
            onToggle={() => setExplained(tile === shown ? null : tile.id)}
            trans={trans}
          />
        ))}
      </div>
      <div id={explanationId} className="tt-Tiles-explanation" role="status">
        {shown && (
          <p>
            <strong>{shown.name}</strong> {shown.explanation}
          </p>
        )}
      </div>
    </div>
  );
}

interface ITileProps {
  tile: ITile;
  expanded: boolean;
  /** Id of the element that shows the explanation. */
  explanationId: string;
  onToggle: () => void;
  trans: TranslationBundle;
}

function Tile(props: ITileProps): JSX.Element {
  const { tile, trans } = props;
  return (
    <button
      type="button"
      className="tt-Tile"
      data-tile={tile.id}
      aria-expanded={props.expanded}
      aria-controls={props.explanationId}
      title={trans.__('What is this?')}
      onClick={props.onToggle}
    >
      <span className="tt-Tile-name">
        {tile.name}
        <infoIcon.react tag="span" className="tt-Tile-info" />
      </span>
      {tile.value === null ? (
        <span className="tt-Tile-value" data-known="false">
          {trans.__('not measured')}
        </span>
      ) : (
        <span className="tt-Tile-value">{tile.value}</span>
      )}
      <span className="tt-Tile-details">
        {tile.details.map((detail, index) => (
          <React.Fragment key={index}>
            {index > 0 && ' · '}
            <span>{detail}</span>
          </React.Fragment>
        ))}
      </span>
    </button>
  );
}
