package io.millrace.service;

import io.millrace.batching.BatchSizing;
import io.millrace.batching.FlushPolicy;
import io.millrace.batching.PoisonPolicy;
import io.millrace.batching.ProjectorOptions;
import io.millrace.batching.QueueBounds;
import io.millrace.service.configuration.ProjectionOptions;

/** How the configuration's options become the projector's. */
final class ProjectorTuning {
    private ProjectorTuning() {}

    static ProjectorOptions of(ProjectionOptions options) {
        FlushPolicy defaults = options.adaptive() ? FlushPolicy.ADAPTIVE : FlushPolicy.DEFAULT;
        BatchSizing sizing = defaults.sizing();
        FlushPolicy flush = defaults.withBatchSize(options.batchSize().orElse(defaults.batchSize()))
                .withSizing(sizing.withFlushTime(options.flushTime().orElse(sizing.flushTime())))
                .withMaxAge(options.batchAge().orElse(defaults.maxAge()))
                .withLiveWithin(options.flushLive().orElse(defaults.liveWithin()))
                .withMaxBytes(options.batchBytes().orElse(defaults.maxBytes()));
        QueueBounds queue = new QueueBounds(
                options.queueEvents().orElse(QueueBounds.DEFAULT.maxEvents()),
                options.queueBytes().orElse(QueueBounds.DEFAULT.maxBytes()));
        return ProjectorOptions.DEFAULT
                .withFlushPolicy(flush)
                .withQueueBounds(queue)
                .withPoison(poison(options));
    }

    static PoisonPolicy poison(ProjectionOptions options) {
        return new PoisonPolicy(
                options.onPoison().orElse(PoisonPolicy.STOP.onPoison()),
                options.maxParked().orElse(PoisonPolicy.DEFAULT_MAX_PARKED));
    }
}
