package decode

// consumerListBody describes the answer to GET_CONSUMER_LIST_BY_GROUP: the client ids of a group.
func consumerListBody(o *outline, v bodyView) bool { return o.json(v, commonNotes) }
