/** Who may write which projection: leases, shared out fairly among the instances that live. */
@NullMarked
package io.millrace.checkpoint.lease;

import org.jspecify.annotations.NullMarked;
