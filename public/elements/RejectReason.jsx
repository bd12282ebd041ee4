// Why a command is rejected: the model reads it.
import { useState } from 'react';
import { Button } from '@/components/ui/button';
import { Textarea } from '@/components/ui/textarea';

export default function RejectReason() {
  const [reason, setReason] = useState('');
  return (
    <div className="mica-edit">
      <Textarea
        aria-label="Reason"
        autoFocus
        rows={2}
        value={reason}
        onChange={(event) => setReason(event.target.value)}
      />
      <div>
        <Button size="sm" disabled={!reason.trim()} onClick={() => submitElement({ reason })}>
          Reject the command
        </Button>
        <Button size="sm" variant="ghost" onClick={() => cancelElement()}>
          Cancel
        </Button>
      </div>
    </div>
  );
}
