package organisation

import "time"

// sitting is one session in which somebody does deliberate things.
type sitting struct {
	start time.Time
	who   func(*dice, time.Time) *session
	steps []step
}

// step is one call of a sitting, with its outcome.
type step struct {
	at      time.Time
	call    call
	outcome outcome
}

func does(t time.Time, c call) step  { return step{t, c, success} }
func tries(t time.Time, c call) step { return step{t, c, denied} }
func fails(t time.Time, c call) step { return step{t, c, failed} }

// hold lets a sitting happen.
func (w *world) hold(name string, s sitting) {
	d := newDice("sitting " + name + stamp(s.start))
	session := s.who(d, s.start)
	for _, step := range s.steps {
		switch step.outcome {
		case denied:
			w.deny(d, session, step.call, homeRegion, step.at)
		case failed:
			w.fail(d, session, step.call, homeRegion, step.at)
		default:
			w.succeed(d, session, step.call, homeRegion, step.at)
		}
	}
}

// pipeline is the CI chain up to role deploy, driving Terraform.
func (w *world) pipeline(d *dice, t time.Time) *session {
	ci := w.assumeByWebIdentity(d, w.ciGitHub, githubProvider, githubSubject, "GitHubActions", t)
	s := w.assumeByRole(d, w.deploy, ci, "terraform-"+t.Format("20060102"), t.Add(4*time.Second))
	s.agent = terraform
	return s
}

// console is carol, switched into console-admin.
func (w *world) console(d *dice, t time.Time) *session {
	return w.switchRole(d, w.consoleAdmin, w.carol, t)
}

// power is a person on the command line with permission set PowerUser.
func (w *world) power(r *role, p *person) func(*dice, time.Time) *session {
	return func(d *dice, t time.Time) *session {
		s := w.assumeBySAML(d, r, ssoProvider, p, t)
		s.agent = cli
		return s
	}
}

// provisioner is Identity Center at work in a member account.
func (w *world) provisioner(r *role) func(*dice, time.Time) *session {
	return func(d *dice, t time.Time) *session {
		return w.serviceLinkedSession(d, r, "sso", "AWS-SSO", t)
	}
}
