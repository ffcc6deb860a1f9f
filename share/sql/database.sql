-- Run once, at the end of the initialisation of a data directory (bootstrap mode: the grants must be loaded first).
FLUSH PRIVILEGES;
-- root of this host alone, and only by the socket
DELETE FROM mysql.global_priv WHERE Host <> 'localhost' AND User <> 'PUBLIC';
DELETE FROM mysql.proxies_priv WHERE Host <> 'localhost';
CREATE DATABASE wordpress CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci;
CREATE USER wordpress@localhost IDENTIFIED VIA unix_socket;
GRANT ALL PRIVILEGES ON wordpress.* TO wordpress@localhost;
-- What nobody here can use: views of performance_schema, which is off, and the texts of HELP. They are half of all files.
DROP DATABASE IF EXISTS sys;
TRUNCATE TABLE mysql.help_topic;
TRUNCATE TABLE mysql.help_category;
TRUNCATE TABLE mysql.help_keyword;
TRUNCATE TABLE mysql.help_relation;
