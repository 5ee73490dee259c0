# One image for every process; the command picks it: `docker run tutti inventory_svc`.
FROM python:3.11-slim AS install
COPY pyproject.toml requirements.lock /build/
# The lock constrains versions and hashes; only the run-time dependencies of the project are taken.
RUN pip install --no-cache-dir uv==0.13.9 \
 && python -m venv /opt/tutti \
 && uv pip install --no-cache --python /opt/tutti/bin/python \
      --constraint /build/requirements.lock --requirements /build/pyproject.toml

FROM python:3.11-slim
RUN useradd --system --uid 10001 --no-create-home tutti
COPY --from=install /opt/tutti /opt/tutti
COPY appointments_svc /app/appointments_svc
COPY gateway /app/gateway
COPY inventory_svc /app/inventory_svc
COPY order_svc /app/order_svc
COPY returns_svc /app/returns_svc
COPY service_kit /app/service_kit
COPY retail_kit /app/retail_kit
COPY schema /app/schema
ENV PATH=/opt/tutti/bin:$PATH PYTHONDONTWRITEBYTECODE=1 PYTHONUNBUFFERED=1 \
    GATEWAY_HOST=0.0.0.0 INVENTORY_HOST=0.0.0.0 ORDER_HOST=0.0.0.0 \
    RETURNS_HOST=0.0.0.0 APPOINTMENTS_HOST=0.0.0.0
WORKDIR /app
USER 10001
ENTRYPOINT ["python", "-m"]
CMD ["gateway"]
