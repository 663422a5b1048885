/** What {@code millrace.yaml} says: read, checked, and its secrets kept secret. */
@NullMarked
package io.millrace.service.configuration;

import org.jspecify.annotations.NullMarked;
