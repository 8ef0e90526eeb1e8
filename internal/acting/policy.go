package acting

import (
	"weir/actions"
	"weir/internal/config"
)

// Policy is what may be done to a cluster; one that isn't known is read-only.
func (h Host) Policy(cluster string) actions.Policy {
	c, ok := h.cluster(cluster)
	out := actions.Policy{
		ReadOnly: !ok || h.ReadOnly || c.Mode == config.ReadOnly, NoArming: !ok || h.ReadOnly || c.Policy.ForbidArming,
		Forbidden: c.Policy.Forbidden, MaxSkipped: c.Policy.MaxSkipped, MaxReread: c.Policy.MaxReread, MaxItems: c.Policy.MaxItems,
	}
	if err := told(c.Policy, &out); err != nil { // the file's are checked: what can't be read isn't from there
		out.Forbidden = []string{"*"}
	}
	return out
}

// told fills in what the configuration holds as text.
func told(p config.Changes, out *actions.Policy) (err error) {
	if out.Reason, err = p.ReasonPattern(); err != nil {
		return err
	}
	if out.Ticket, err = p.TicketPattern(); err != nil {
		return err
	}
	for _, f := range p.Freezes {
		every, err := f.Schedule()
		if err != nil {
			return err
		}
		out.Freezes = append(out.Freezes, actions.Freeze{From: f.From, Until: f.Until, Every: every, Lasts: f.Lasts, Why: f.Why})
	}
	return nil
}
