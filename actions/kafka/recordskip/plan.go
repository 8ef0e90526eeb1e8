package recordskip

import (
	"context"
	"encoding/hex"
	"fmt"
	"strconv"
	"strings"

	"weir/actions"
	"weir/actions/kafka/cluster"
	"weir/actions/kafka/reset"
	"weir/internal/kafka/records"
	"weir/lag"

	"github.com/twmb/franz-go/pkg/kmsg"
)

// Plan finds the record and works out the move. It only reads.
func (a Action) Plan(ctx context.Context, req actions.Request) (actions.Plan, error) {
	if req.Undoes != "" {
		return a.reset().Plan(ctx, req)
	}
	place, offset, err := target(req)
	if err != nil {
		return actions.Plan{}, err
	}
	if req.Params[pFile] != "" && req.Params[pPark] != "" {
		return actions.Plan{}, actions.Fail(actions.ErrUsage, "--"+pFile+" and --"+pPark+" exclude each other", "give one")
	}
	c, err := a.Connect.Seeing(ctx, req.Target.Cluster)
	if err != nil {
		return actions.Plan{}, cluster.Unseen("connect", err)
	}
	defer c.Close()
	pos, err := a.look(ctx, c, req, place)
	if err != nil {
		return actions.Plan{}, err
	}
	f, err := find(ctx, c, req.Target.Name, pos, offset)
	if err != nil {
		return actions.Plan{}, err
	}
	p, err := a.move(req.Target, pos, f)
	if err != nil {
		return actions.Plan{}, err
	}
	if err := a.reset().StopFirst(req, pos, &p); err != nil {
		return actions.Plan{}, err
	}
	return p, a.copies(ctx, c, req, pos, f, &p)
}

// look reads the group's position, and refuses kinds of groups that have none to move.
func (a Action) look(ctx context.Context, c cluster.Conn, req actions.Request, place cluster.Place) (reset.Position, error) {
	g, err := cluster.ReadGroup(ctx, c, req.Target.Name)
	if err != nil {
		return reset.Position{}, err
	}
	if g.Kind == lag.Share {
		return reset.Position{}, actions.Fail(actions.ErrGuard, req.Target.Name+" is a share group", shareWay)
	}
	return a.reset().LookPosition(ctx, c, g.Name, a.Spec().Flag(req.Params, pNoSink), place)
}

// move plans the commit after the record.
func (a Action) move(target lag.Ref, pos reset.Position, f found) (actions.Plan, error) {
	was := pos.Commit()
	id := identityOf(f.Record)
	note := fmt.Sprintf("skips the record at %d: %s", f.Offset, id)
	p, err := a.reset().Move(target, pos, cluster.Commit{Offset: f.Offset + 1, Epoch: f.Epoch, Metadata: was.Metadata}, note)
	if err != nil {
		return p, err
	}
	if p.Facts[fRecord], err = id.fact(); err != nil {
		return p, &actions.Error{Kind: actions.ErrDefect, What: "the record", Err: err}
	}
	spec := a.Spec()
	var none, one int64 = 0, 1
	size := int64(f.Size())
	p.Effect, p.Tier = spec.Effect, spec.Tier
	p.Totals = actions.Totals{Items: 1, Reread: &none, Skipped: &one, Gone: &none, Bytes: &size}
	p.Guards = append(p.Guards, actions.Guard{
		Name: "record_same", Want: fmt.Sprintf("the record at %d is the one seen, and the next that the group reads", f.Offset),
		Now: fmt.Sprintf("%s, %s", id, headerNames(f.Record)), OK: true,
	})
	p.Warnings = append(p.Warnings, f.notes...)
	p.Warnings = append(p.Warnings, fmt.Sprintf("the application never gets this record; weir peek %s@%d shows it", pos.Place, f.Offset))
	return p, nil
}

// copies plans what keeps the record, and says what there is otherwise.
func (a Action) copies(ctx context.Context, c cluster.Conn, req actions.Request, pos reset.Position, f found, p *actions.Plan) error {
	switch {
	case req.Params[pFile] != "":
		return a.planFile(req, pos, p)
	case req.Params[pPark] != "":
		return a.planPark(ctx, c, req, pos, f, p)
	}
	p.Warnings = append(p.Warnings, fmt.Sprintf("no copy is kept: it can be read at %s@%d until retention or compaction removes it there", pos.Place, f.Offset))
	return nil
}

func (a Action) planFile(req actions.Request, pos reset.Position, p *actions.Plan) error {
	path, err := checkFile(req.Params[pFile])
	if err != nil {
		return err
	}
	ch, err := copyChange(req.Target, pos.Place, fieldSaved, path, "a new file on the host that applies the plan, readable by its user only", nil)
	if err != nil {
		return &actions.Error{Kind: actions.ErrDefect, What: "the copy", Err: err}
	}
	p.Changes = append([]actions.Change{ch}, p.Changes...)
	p.Totals.Items++
	p.Warnings = append(p.Warnings, "the file holds the record's contents, unmasked; an undo leaves it where it is")
	return nil
}

// planPark finds the partition to park in and refuses a topic that can't serve.
func (a Action) planPark(ctx context.Context, c cluster.Conn, req actions.Request, pos reset.Position, f found, p *actions.Plan) error {
	name := req.Params[pPark]
	if name == pos.Place.Topic {
		return actions.Fail(actions.ErrUsage, "a record can't be parked in the topic it is skipped in: the group would get it again", "name another topic")
	}
	topics, err := cluster.ReadTopics(ctx, c, []string{name})
	if err != nil {
		return err
	}
	t, there := topics[name]
	if !there || len(t.Leaders) == 0 {
		return actions.Fail(actions.ErrUnseen, fmt.Sprintf("there is no topic %q on this cluster to park in, or this principal may not describe it", name), "make it first; weir makes no topic by a typo")
	}
	if err := a.fits(ctx, c, name, pos, f, p); err != nil {
		return err
	}
	to := cluster.Place{Topic: name, Partition: pos.Place.Partition % int32(len(t.Leaders))}
	ch, err := copyChange(req.Target, pos.Place, fieldParked, to.String(), "with its key, value and headers, and headers that tell where it came from", parkData{hex.EncodeToString(t.ID[:]), f.Offset})
	if err != nil {
		return &actions.Error{Kind: actions.ErrDefect, What: "the copy", Err: err}
	}
	p.Changes = append([]actions.Change{ch}, p.Changes...)
	p.Totals.Items++
	p.Undo = actions.UndoPartial
	p.Warnings = append(p.Warnings, "the record is parked at least once: should weir lose the broker's answer, a second copy is possible",
		"an undo moves the commit back and leaves the parked record where it is")
	return a.readsToo(ctx, c, req.Target.Name, name, p)
}

// fits compares the record with the settings of the topic it is parked in.
func (a Action) fits(ctx context.Context, c cluster.Conn, name string, pos reset.Position, f found, p *actions.Plan) error {
	set, err := settings(ctx, c, name)
	if err != nil {
		p.Warnings = append(p.Warnings, "the settings of "+name+" could not be read, so it may refuse the record: "+err.Error())
		return nil
	}
	whole := len(batchOf(f.Record, origin{Place: pos.Place, ClusterID: p.ClusterID, Group: pos.Place.Topic, Run: strings.Repeat("0", 64)}.provenance(f.Record), a.now()))
	if most, err := strconv.Atoi(set["max.message.bytes"]); err == nil && whole > most {
		return actions.Fail(actions.ErrGuard, fmt.Sprintf("%s takes batches of %d bytes, and the record would make one of about %d", name, most, whole), "raise its max.message.bytes, or use --"+pFile)
	}
	if strings.Contains(set["cleanup.policy"], "compact") {
		if f.Key == nil {
			return actions.Fail(actions.ErrGuard, name+" is compacted, and takes no record without a key", "park in another topic, or use --"+pFile)
		}
		p.Warnings = append(p.Warnings, name+" is compacted: a newer record of the same key removes this one")
	}
	return nil
}

func settings(ctx context.Context, c cluster.Conn, topic string) (map[string]string, error) {
	req := kmsg.NewPtrDescribeConfigsRequest()
	r := kmsg.NewDescribeConfigsRequestResource()
	r.ResourceType, r.ResourceName, r.ConfigNames = kmsg.ConfigResourceTypeTopic, topic, []string{"max.message.bytes", "cleanup.policy"}
	req.Resources = append(req.Resources, r)
	resp, err := c.Request(ctx, req)
	if err != nil {
		return nil, cluster.Unseen("settings of "+topic, err)
	}
	out := map[string]string{}
	described, ok := resp.(*kmsg.DescribeConfigsResponse)
	if !ok || len(described.Resources) != 1 {
		return nil, actions.Fail(actions.ErrUnseen, "the broker told no settings of "+topic, "")
	}
	if err := cluster.Coded("settings of "+topic, described.Resources[0].ErrorCode); err != nil {
		return nil, err
	}
	for _, kv := range described.Resources[0].Configs {
		if kv.Value != nil {
			out[kv.Name] = *kv.Value
		}
	}
	return out, nil
}

// readsToo warns of a group that reads what is parked.
func (a Action) readsToo(ctx context.Context, c cluster.Conn, group, topic string, p *actions.Plan) error {
	broker, err := cluster.Coordinator(ctx, c, group)
	if err != nil {
		return err
	}
	commits, err := cluster.ReadCommits(ctx, c, group, broker, nil)
	if err != nil {
		return err
	}
	for at := range commits {
		if at.Topic == topic {
			p.Warnings = append(p.Warnings, "the group itself has read "+topic+", where the record is parked: it may get it again")
			break
		}
	}
	return nil
}

// sameRecord reads the record again, and refuses another one.
func sameRecord(ctx context.Context, c cluster.Conn, ref string, p cluster.Place, want identity) (records.Record, error) {
	page, err := read(ctx, c, p, want.Offset)
	if err != nil {
		return records.Record{}, err
	}
	found := "not there"
	if len(page.Records) > 0 && page.Records[0].Offset == want.Offset {
		now := identityOf(page.Records[0])
		if now.same(want) {
			return page.Records[0], nil
		}
		found = now.String()
	}
	return records.Record{}, actions.Stale([]actions.Drift{{Ref: ref, Field: fRecord, Planned: want.String(), Found: found}})
}
