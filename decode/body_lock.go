package decode

// lockBody describes the bodies of LOCK_BATCH_MQ and UNLOCK_BATCH_MQ: the queues that an orderly consumer asks for, got,
// or gives back.
func lockBody(o *outline, v bodyView) bool { return o.json(v, lockNotes) }

func lockNotes(p *path, text []byte) string {
	switch p.up(0) {
	case "onlyThisBroker":
		if string(text) == "true" {
			return "not on the other replicas"
		}
		return "on all replicas"
	}
	return commonNotes(p, text)
}
