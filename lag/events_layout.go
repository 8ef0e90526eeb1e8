package lag

import (
	"slices"
	"strconv"
	"strings"
)

func count(n int) string { return strconv.Itoa(n) }

// counted writes 1 member, 2 members.
func counted(n int, what string) string {
	if n != 1 {
		what += "s"
	}
	return count(n) + " " + what
}

func (d *differ) brokers() {
	for n := range d.next.Nodes {
		node := &d.next.Nodes[n]
		ref := Ref{Kind: KindBroker, Name: strconv.Itoa(int(node.ID))}
		was := n >= len(d.prev.Nodes) || d.prev.Nodes[n].Gone
		switch {
		case was && !node.Gone && len(d.prev.Nodes) > 0:
			d.tell(BrokerUp, ref, "", node.Host)
		case !was && node.Gone:
			d.tell(BrokerDown, ref, node.Host, "")
		}
	}
	if a, b := d.prev.Controller, d.next.Controller; a != b && a >= 0 && b >= 0 {
		d.tell(ControllerMoved, Ref{Kind: KindCluster}, d.node(a), d.node(b))
	}
}

// node returns a broker's id as b3.
func (d *differ) node(n NodeIx) string {
	if n < 0 || int(n) >= len(d.next.Nodes) {
		return "none"
	}
	return "b" + strconv.Itoa(int(d.next.Nodes[n].ID))
}

func (d *differ) topics() {
	for t := range d.next.Topics {
		topic := &d.next.Topics[t]
		ref := Ref{Kind: KindTopic, Name: topic.Name}
		if t >= len(d.prev.Topics) {
			if len(d.prev.Topics) > 0 && !topic.Gone {
				d.tell(TopicCreated, ref, "", partitionsOf(topic))
			}
			continue
		}
		was := &d.prev.Topics[t]
		anew := was.ID != topic.ID && was.ID != ([16]byte{}) && topic.ID != ([16]byte{})
		switch {
		case topic.Gone && !was.Gone:
			d.tell(TopicDeleted, ref, partitionsOf(was), "")
		case topic.Gone:
		case anew:
			d.tell(TopicMadeAnew, ref, partitionsOf(was), partitionsOf(topic))
		case was.Gone:
			d.tell(TopicCreated, ref, "", partitionsOf(topic))
		case len(topic.Partitions) > len(was.Partitions) && len(was.Partitions) > 0:
			d.tell(PartitionsAdded, ref, partitionsOf(was), partitionsOf(topic))
		}
		d.configs(ref, was.Settings, topic.Settings)
	}
}

func partitionsOf(t *Topic) string { return counted(len(t.Partitions), "partition") }

// configs tells each setting that differs; settings that were not read in both are no change.
func (d *differ) configs(ref Ref, was, is *Settings) {
	if was == nil || is == nil || was == is {
		return
	}
	old := map[string]string{}
	for _, s := range was.Changed {
		old[s.Name] = s.Value
	}
	for _, s := range is.Changed {
		v, had := old[s.Name]
		delete(old, s.Name)
		if !had {
			v = s.Default
		}
		if v != s.Value {
			d.tell(ConfigChanged, ref, s.Name+"="+v, s.Name+"="+s.Value)
		}
	}
	for _, s := range was.Changed {
		if v, dropped := old[s.Name]; dropped {
			d.tell(ConfigChanged, ref, s.Name+"="+v, s.Name+"="+s.Default)
		}
	}
}

func (d *differ) partitions() {
	for p := range d.prev.Partitions {
		was, is := &d.prev.Partitions[p], &d.next.Partitions[p]
		if is.Gone || was.Gone {
			continue
		}
		if was.Leader != is.Leader {
			d.tell(LeaderMoved, d.partition(is), d.node(was.Leader), d.node(is.Leader))
		}
		if slices.Equal(was.ISR, is.ISR) || len(was.ISR) == 0 || len(is.ISR) == 0 {
			continue
		}
		switch {
		case len(is.ISR) < len(was.ISR):
			d.tell(ISRShrunk, d.partition(is), d.nodes(was.ISR), d.nodes(is.ISR))
		case len(is.ISR) > len(was.ISR):
			d.tell(ISRGrew, d.partition(is), d.nodes(was.ISR), d.nodes(is.ISR))
		}
	}
}

func (d *differ) partition(p *Partition) Ref {
	return Ref{Kind: KindPartition, Name: d.next.Topics[p.Topic].Name, Sub: strconv.Itoa(int(p.Number))}
}

func (d *differ) nodes(ns []NodeIx) string {
	out := make([]string, len(ns))
	for i, n := range ns {
		out[i] = d.node(n)
	}
	return strings.Join(out, " ")
}
