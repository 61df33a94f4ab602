FROM node:26-slim

WORKDIR /app

COPY package.json package-lock.json ./
# Optional packages that would need a compiler are left out by npm; the service says so where one is asked for.
RUN npm ci --omit=dev --no-audit --no-fund && npm cache clean --force

COPY src ./src
COPY connectors ./connectors
COPY openapi ./openapi

RUN mkdir --mode=0700 /data && chown node:node /data
USER node
VOLUME /data

# On 0.0.0.0 the service starts only with TLS_CERT_FILE and TLS_KEY_FILE, or with BEHIND_TLS_PROXY=true when a proxy
# before it ends TLS: API keys must not cross a network in the clear. Which of the two it is, the operator says.
ENV NODE_ENV=production \
    HOST=0.0.0.0 \
    PORT=3000 \
    DATA_DIR=/data
EXPOSE 3000

# Inside the container, over loopback: the name in the service's own certificate is another one.
HEALTHCHECK --interval=30s --timeout=5s --start-period=20s \
  CMD ["node", "--no-warnings", "-e", "const { env } = process; env.NODE_TLS_REJECT_UNAUTHORIZED = '0'; fetch(`http${env.TLS_CERT_FILE ? 's' : ''}://127.0.0.1:${env.PORT}/livez`).then(({ ok }) => process.exit(ok ? 0 : 1), () => process.exit(1))"]

# As `npm start`: the options keep the memory of the service small.
CMD ["node", "--max-semi-space-size=1", "--v8-pool-size=2", "--heap-growing-percent=10", "--import", "./src/compile-cache.js", "src/main.ts"]
