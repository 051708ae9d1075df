package decode

// routeBody describes the answer to GET_ROUTEINFO_BY_TOPIC (TopicRouteData), in standard JSON or the older form whose
// broker ids have no quotes.
func routeBody(o *outline, v bodyView) bool { return o.json(v, addressNotes) }

// clusterBody describes the answer to GET_BROKER_CLUSTER_INFO (ClusterInfo) and to GET_BROKER_MEMBER_GROUP.
func clusterBody(o *outline, v bodyView) bool { return o.json(v, addressNotes) }

// addressNotes says which broker of a set an address belongs to: the ids are the keys.
func addressNotes(p *path, text []byte) string {
	if p.up(1) == "brokerAddrs" {
		if n, ok := decimal([]byte(p.up(0))); ok {
			return brokerIDNote(n)
		}
	}
	return commonNotes(p, text)
}
