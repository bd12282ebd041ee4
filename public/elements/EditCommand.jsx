// The command that waits, to be changed before it is judged again.
import { useState } from 'react';
import { Button } from '@/components/ui/button';
import { Textarea } from '@/components/ui/textarea';

export default function EditCommand() {
  const [command, setCommand] = useState(props.command);
  const lines = Math.min(12, command.split('\n').length + 1);
  return (
    <div className="mica-edit">
      <Textarea
        aria-label="Command"
        autoFocus
        spellCheck={false}
        rows={lines}
        value={command}
        onChange={(event) => setCommand(event.target.value)}
      />
      <div>
        <Button
          size="sm"
          disabled={!command.trim()}
          onClick={() => submitElement({ command })}
        >
          Run the edited command
        </Button>
        <Button size="sm" variant="ghost" onClick={() => cancelElement()}>
          Cancel
        </Button>
      </div>
    </div>
  );
}
