package decode

// offsetsBody describes the answer to GET_ALL_CONSUMER_OFFSET: the offset of each queue by topic@group.
func offsetsBody(o *outline, v bodyView) bool { return o.json(v, offsetNotes) }

func offsetNotes(p *path, text []byte) string {
	if p.up(2) == "offsetTable" {
		return "offset of queue " + p.up(0)
	}
	return commonNotes(p, text)
}

// delayOffsetsBody describes the answer to GET_ALL_DELAY_OFFSET: the offset of each delay level.
func delayOffsetsBody(o *outline, v bodyView) bool { return o.json(v, delayNotes) }

func delayNotes(p *path, text []byte) string {
	if p.up(1) == "offsetTable" {
		if n, ok := decimal([]byte(p.up(0))); ok && n > 0 && n <= int64(len(delayLevels)) {
			return "offset of level " + p.up(0) + ", " + delayLevels[n-1]
		}
	}
	return commonNotes(p, text)
}
