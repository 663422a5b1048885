/** PostgreSQL: schema, statement plans, the committer, the checkpoint store. */
@NullMarked
package io.millrace.sql;

import org.jspecify.annotations.NullMarked;
