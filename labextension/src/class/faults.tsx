import React from 'react';

import { fileName, type IFault } from './data';
import type { IModulePartProps } from './panel-props';
import { placeText } from './texts';

export interface IFaultListProps extends Pick<
  IModulePartProps,
  'module' | 'actions' | 'trans'
> {
  faults: IFault[];
  /** What the list is called. */
  label: string;
}

/** Faults in the author's file, each with the way to its line. */
export function FaultList(props: IFaultListProps): JSX.Element | null {
  const { faults, label } = props;
  return faults.length === 0 ? null : (
    <section className="tt-Faults">
      <h4>{label}</h4>
      <ul aria-label={label}>
        {faults.map((fault, index) => (
          <FaultRow key={index} {...props} fault={fault} />
        ))}
      </ul>
    </section>
  );
}

function FaultRow(props: IFaultListProps & { fault: IFault }): JSX.Element {
  const { fault } = props;
  return (
    <li className="tt-Fault" data-severity={fault.severity}>
      <div className="tt-Fault-head">
        <Place {...props} />
        <span className="tt-Fault-rule">{fault.rule}</span>
      </div>
      <p>
        {fault.found} <span className="tt-Fault-mend">{fault.mend}</span>
      </p>
    </li>
  );
}

/** The place as a link; as text where the browser cannot reach the file. */
function Place(props: IFaultListProps & { fault: IFault }): JSX.Element {
  const { fault, module, actions, trans } = props;
  const text = placeText(fault, trans) ?? fileName(module);
  return module.path === null ? (
    <span>{text}</span>
  ) : (
    <button
      type="button"
      className="tt-Link"
      title={trans.__('Open %1 there', module.file)}
      onClick={() => actions.openFile(module, fault.line)}
    >
      {text}
    </button>
  );
}
