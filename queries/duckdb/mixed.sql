set variable mixed = true;
