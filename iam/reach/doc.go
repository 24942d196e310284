// Package reach says whom changes reach that name no role, or not all: the roles that have a
// managed policy, that trust an identity provider or certificates, that Identity Center made of
// a permission set; and the accounts that a policy of the organisation bears upon, all of whose
// roles it reaches.
//
// An inventory tells which roles there are ([Inventory]), events tell what permission sets are
// called, in which accounts they are assigned, and what policies of the organisation are
// attached to ([FactsOf], kept as those of package history are). What neither tells is
// unknown, and said to be.
package reach
