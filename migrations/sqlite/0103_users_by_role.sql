-- Whether there is an admin is asked at each start.
CREATE INDEX users_by_role ON users (role);
