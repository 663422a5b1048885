package io.millrace.batching;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Tells of each poison event once: when the checkpoint has moved past it. */
final class PoisonLog {
    private static final Logger LOG = LoggerFactory.getLogger(PoisonLog.class);

    private PoisonLog() {}

    static void committed(Batch batch) {
        SetAside aside = batch.setAside();
        for (PoisonEvent poison : aside.parked()) {
            if (poison.error().isPresent()) {
                LOG.warn("Parked: {}", poison.error().get());
            } else {
                LOG.debug("Parked, as it follows a parked one: {}: {}", batch.projection(), poison.event());
            }
        }
        aside.skipped().forEach(poison -> LOG.warn("Skipped: {}", poison.error().orElse("")));
    }
}
