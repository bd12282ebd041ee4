// What an answer should have done (a command, or calls) or should have said.
import { useState } from 'react';
import { Button } from '@/components/ui/button';
import { Textarea } from '@/components/ui/textarea';

export default function CorrectAnswer() {
  const [what, setWhat] = useState(props.what);
  const [call, setCall] = useState(props.call);
  const [answer, setAnswer] = useState(props.answer);
  const doing = what === 'call';
  const text = doing ? call : answer;
  const kinds = [
    ['call', props.label],
    ['answer', 'The right answer'],
  ];
  return (
    <div className="mica-edit mica-correct">
      <div role="radiogroup" aria-label="What was wrong">
        {kinds.map(([kind, label]) => (
          <label key={kind}>
            <input
              type="radio"
              name="mica-what"
              checked={what === kind}
              onChange={() => setWhat(kind)}
            />{' '}
            {label}
          </label>
        ))}
      </div>
      <Textarea
        aria-label={doing ? kinds[0][1] : kinds[1][1]}
        autoFocus
        spellCheck={!doing}
        rows={Math.min(12, text.split('\n').length + 1)}
        placeholder={
          doing && props.label.includes('call') ? "spell_chord(chord='E flat minor seventh')" : ''
        }
        value={text}
        onChange={(event) => (doing ? setCall : setAnswer)(event.target.value)}
      />
      {props.problem ? <p role="alert">{props.problem}</p> : null}
      <div>
        <Button
          size="sm"
          disabled={!text.trim()}
          onClick={() => submitElement({ what, call, answer })}
        >
          Keep the correction
        </Button>
        <Button size="sm" variant="ghost" onClick={() => cancelElement()}>
          Cancel
        </Button>
      </div>
    </div>
  );
}
