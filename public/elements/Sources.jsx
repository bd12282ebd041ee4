// What an answer rests on: one chip a source; a chip opens its passage.
import { useState } from 'react';

export default function Sources() {
  const [open, setOpen] = useState(null);
  const source = props.sources.find((s) => s.number === open);
  return (
    <div className="mica-sources" role="group" aria-label="Sources">
      <div className="mica-chips">
        <span>Sources</span>
        {props.sources.map((s) => (
          <button
            key={s.number}
            type="button"
            aria-expanded={s.number === open}
            onClick={() => setOpen(s.number === open ? null : s.number)}
          >
            {s.number} · {s.title}
          </button>
        ))}
      </div>
      {source ? (
        <div className="mica-passage">
          <cite>{source.source}</cite>
          <p>{source.text}</p>
          {source.template ? <pre>{source.template}</pre> : null}
        </div>
      ) : null}
    </div>
  );
}
